"""데이터셋: 원본이 있으면 원본을, 없으면 늘 함께 있는 작은 내장 데이터를 줍니다.

여기 없는 것: 샘플을 보여 주는 그림(`figures.images`), 정확도를 재는 일(`judge.model.accuracy`).

찾는 차례는 `$AUTOGRADER_DATA`와 `datasets/`에 놓인 파일, 케라스 캐시, 내장 데이터입니다.
네트워크는 `download=True`나 `fetch`로 부탁할 때만 씁니다. 놓인 파일이 깨졌으면 다른 것으로
바꾸어 주지 않고 DataError로 알립니다. 텐서플로와 케라스는 받을 때만 불러옵니다.

데이터셋을 더하려면 `sets.py`의 `SETS`에 `DataSet` 하나를 넣으세요.
"""

from autograder.data.fetching import (
    DataStatus,
    data_status,
    fetch,
    fetch_data,
    import_data,
    import_file,
    status,
)
from autograder.data.finding import DataSource, Origin, data_source
from autograder.data.loading import (
    JUDGING_LIMIT,
    judging_data,
    known_data,
    label_names,
    load_data,
)
from autograder.data.originals import DataError
from autograder.data.sentences import judging_sentences, load_sentences, sentence_characters

__all__ = [
    "JUDGING_LIMIT",
    "DataError",
    "DataSource",
    "DataStatus",
    "Origin",
    "data_source",
    "data_status",
    "fetch",
    "fetch_data",
    "import_data",
    "import_file",
    "judging_data",
    "judging_sentences",
    "known_data",
    "label_names",
    "load_data",
    "load_sentences",
    "sentence_characters",
    "status",
]
