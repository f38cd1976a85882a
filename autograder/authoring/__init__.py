"""풀이에서 노트북을 만듭니다.

여기 없는 것: 학급의 채점(`grading`), 문제와 참고 답안(`exercises`).
"""

from autograder.startup import import_jsonschema

# Before anything here imports nbformat.
import_jsonschema()
