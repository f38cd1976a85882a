"""06 복잡한 그래프: 맞는 답과 틀린 답."""

import keras
import tensorflow as tf
from keras import layers, ops

from autograder.authoring.answers import right, wrong

# --- topology.tickets -------------------------------------------------------------------------


def _ticket_inputs(dtype="int32", names=("title", "body", "tags"), tags_dtype=None):
    return (
        keras.Input((None,), dtype=dtype, name=names[0]),
        keras.Input((None,), dtype=dtype, name=names[1]),
        keras.Input((12,), dtype=tags_dtype, name=names[2]),
    )


def _read(tokens, units, words=10000, size=64, **options):
    return layers.LSTM(units, **options)(layers.Embedding(words, size)(tokens))


def _ticket_heads(x, names=("priority", "department"), activations=("sigmoid", "softmax")):
    return [
        layers.Dense(units, activation=activation, name=name)(x)
        for units, activation, name in zip((1, 4), activations, names, strict=True)
    ]


@right("topology.tickets", "seed처럼 위에서 아래로")
def tickets_seed():
    num_tags, num_words, num_departments = 12, 10000, 4
    title_input = keras.Input(shape=(None,), name="title", dtype="int32")
    body_input = keras.Input(shape=(None,), name="body", dtype="int32")
    tags_input = keras.Input(shape=(num_tags,), name="tags")
    title_features = layers.Embedding(num_words, 64)(title_input)
    body_features = layers.Embedding(num_words, 64)(body_input)
    title_features = layers.LSTM(128)(title_features)
    body_features = layers.LSTM(32)(body_features)
    x = layers.concatenate([title_features, body_features, tags_input])
    priority_pred = layers.Dense(1, activation="sigmoid", name="priority")(x)
    department_pred = layers.Dense(num_departments, activation="softmax", name="department")(x)
    return keras.Model(
        inputs=[title_input, body_input, tags_input], outputs=[priority_pred, department_pred]
    )


@right("topology.tickets", "본문과 부서를 먼저, 입력과 출력도 거꾸로")
def tickets_reversed():
    title, body, tags = _ticket_inputs()
    body_features = _read(body, 32)
    title_features = _read(title, 128)
    x = layers.Concatenate()([title_features, body_features, tags])
    department = layers.Dense(4, activation="softmax", name="department")(x)
    priority = layers.Dense(1, activation="sigmoid", name="priority")(x)
    return keras.Model([tags, body, title], [department, priority])


@right("topology.tickets", "입력도 출력도 딕셔너리")
def tickets_dicts():
    title, body, tags = _ticket_inputs()
    x = layers.Concatenate()([_read(title, 128), _read(body, 32), tags])
    priority = layers.Dense(1, activation="sigmoid")(x)
    department = layers.Dense(4, activation="softmax")(x)
    return keras.Model(
        {"title": title, "body": body, "tags": tags},
        {"priority": priority, "department": department},
    )


@right("topology.tickets", "읽는 모델을 따로 만들어 층처럼 부름")
def tickets_nested():
    def reader(units):
        words = keras.Input((None,), dtype="int32")
        return keras.Model(words, _read(words, units))

    title, body, tags = _ticket_inputs()
    x = ops.concatenate([reader(128)(title), reader(32)(body), tags], axis=-1)
    return keras.Model([title, body, tags], _ticket_heads(x))


@right("topology.tickets", "딕셔너리를 받는 서브클래싱 모델")
def tickets_subclass():
    class Router(keras.Model):
        def __init__(self):
            super().__init__()
            self.department = layers.Dense(4, activation="softmax")
            self.priority = layers.Dense(1, activation="sigmoid")
            self.body = keras.Sequential([layers.Embedding(10000, 64), layers.LSTM(32)])
            self.title = keras.Sequential([layers.Embedding(10000, 64), layers.LSTM(128)])

        def call(self, inputs):
            body = self.body(inputs["body"])
            title = self.title(inputs["title"])
            x = ops.concatenate([title, body, inputs["tags"]], axis=-1)
            return {"priority": self.priority(x), "department": self.department(x)}

    return Router()


@right("topology.tickets", "활성화 함수를 따로, RNN과 LSTMCell로")
def tickets_cells():
    title, body, tags = _ticket_inputs(dtype="int64")
    title_features = layers.RNN(layers.LSTMCell(128))(layers.Embedding(10000, 64)(title))
    body_features = layers.RNN(layers.LSTMCell(32))(layers.Embedding(10000, 64)(body))
    x = layers.Concatenate(axis=1)([title_features, body_features, tags])
    priority = layers.Activation("sigmoid", name="priority")(layers.Dense(1)(x))
    department = layers.Softmax(name="department")(layers.Dense(4)(x))
    return keras.Model([title, body, tags], [priority, department])


@right("topology.tickets", "태그를 정수로 받아 실수로 바꿈")
def tickets_whole_tags():
    title, body, tags = _ticket_inputs(tags_dtype="int32")
    x = layers.Concatenate()([_read(title, 128), _read(body, 32), ops.cast(tags, "float32")])
    return keras.Model([title, body, tags], _ticket_heads(x))


@right("topology.tickets", "태그를 불로 받아 실수로 바꿈")
def tickets_boolean_tags():
    title, body, tags = _ticket_inputs(tags_dtype="bool")
    x = layers.Concatenate()([_read(title, 128), _read(body, 32), ops.cast(tags, "float32")])
    return keras.Model([title, body, tags], _ticket_heads(x))


def _tickets(order=(0, 1, 2), units=(128, 32), words=10000, size=64, shared=False, **heads):
    title, body, tags = _ticket_inputs()
    if shared:
        embedding = layers.Embedding(words, size)
        read = [layers.LSTM(n)(embedding(t)) for n, t in zip(units, (title, body), strict=True)]
    else:
        read = [_read(title, units[0], words, size), _read(body, units[1], words, size)]
    parts = [*read, tags]
    x = layers.Concatenate()([parts[number] for number in order])
    return keras.Model([title, body, tags], _ticket_heads(x, **heads))


@wrong(
    "topology.tickets",
    "이어 붙이는 차례가 다름",
    expect="입력의 차례가 1번째 `LSTM` 층, 2번째 `LSTM` 층, `tags`여야 하는데 "
    "2번째 `LSTM` 층, 1번째 `LSTM` 층, `tags`입니다",
    typical=True,
)
def tickets_concatenate_order():
    return _tickets(order=(1, 0, 2))


@wrong(
    "topology.tickets",
    "제목과 본문을 바꾸어 읽음",
    expect="1번째 임베딩 층: 입력이 `title`이어야 하는데 `body`입니다",
    typical=True,
)
def tickets_swapped_texts():
    title, body, tags = _ticket_inputs()
    x = layers.Concatenate()([_read(body, 128), _read(title, 32), tags])
    return keras.Model([title, body, tags], _ticket_heads(x))


@wrong(
    "topology.tickets",
    "임베딩 하나를 함께 씀",
    expect="2번째 임베딩 층: 새로 만든 층이어야 하는데 1번째 임베딩 층과 같은 층입니다",
    typical=True,
)
def tickets_shared():
    return _tickets(shared=True)


@wrong("topology.tickets", "태그를 잊음", expect="이름이 `tags`인 입력이 없습니다", typical=True)
def tickets_without_tags():
    title, body, _ = _ticket_inputs()
    x = layers.Concatenate()([_read(title, 128), _read(body, 32)])
    return keras.Model([title, body], _ticket_heads(x))


@wrong(
    "topology.tickets",
    "태그를 입력으로 적고 잇지는 않음",
    expect="입력이 1번째 `LSTM` 층, 2번째 `LSTM` 층, `tags`여야 하는데",
)
def tickets_unused_tags():
    title, body, tags = _ticket_inputs()
    x = layers.Concatenate()([_read(title, 128), _read(body, 32)])
    return keras.Model([title, body, tags], _ticket_heads(x))


@wrong(
    "topology.tickets",
    "입력에 이름이 없음",
    expect="이름이 `title`인 입력이 없습니다",
    typical=True,
)
def tickets_unnamed_inputs():
    title = keras.Input((None,), dtype="int32")
    body = keras.Input((None,), dtype="int32")
    tags = keras.Input((12,))
    x = layers.Concatenate()([_read(title, 128), _read(body, 32), tags])
    return keras.Model([title, body, tags], _ticket_heads(x))


@wrong(
    "topology.tickets",
    "출력에 이름이 없음",
    expect="출력의 이름은 `priority`, `department`입니다. 지금은",
    typical=True,
)
def tickets_unnamed_outputs():
    return _tickets(names=(None, None))


@wrong(
    "topology.tickets",
    "출력의 이름이 서로 바뀜",
    expect="이름이 서로 바뀌었습니다: `priority`여야 하는 출력의 이름이 `department`입니다",
    never=("출력 모양이",),
    typical=True,
)
def tickets_swapped_names():
    return _tickets(names=("department", "priority"))


@wrong(
    "topology.tickets",
    "seed처럼 자료형을 적지 않음",
    expect="자료형이 `int32`여야 하는데 `float32`입니다",
    typical=True,
)
def tickets_float_words():
    title, body, tags = _ticket_inputs(dtype=None)
    x = layers.Concatenate()([_read(title, 128), _read(body, 32), tags])
    return keras.Model([title, body, tags], _ticket_heads(x))


@wrong(
    "topology.tickets",
    "제목의 길이를 못박음, 입력은 딕셔너리",
    expect="✔ 2번째 밀집 층: 유닛 4개, 활성화 함수 `softmax`",
)
def tickets_fixed_title():
    title = keras.Input((100,), dtype="int32", name="title")
    _, body, tags = _ticket_inputs()
    x = layers.Concatenate()([_read(title, 128), _read(body, 32), tags])
    return keras.Model({"title": title, "body": body, "tags": tags}, _ticket_heads(x))


@wrong("topology.tickets", "어휘가 1,000개", expect="어휘 크기가 10000이어야 하는데 1000입니다")
def tickets_small_vocabulary():
    return _tickets(words=1000)


@wrong("topology.tickets", "임베딩이 32차원", expect="임베딩 차원이 64여야 하는데 32입니다")
def tickets_narrow_embedding():
    return _tickets(size=32)


@wrong(
    "topology.tickets",
    "두 LSTM이 모두 128",
    expect="유닛이 32개여야 하는데 128개입니다",
    typical=True,
)
def tickets_same_lstm():
    return _tickets(units=(128, 128))


@wrong("topology.tickets", "본문의 LSTM이 64", expect="`Dense`나 `LSTM`의 첫 번째 인수가")
def tickets_small_lstm():
    return _tickets(units=(128, 64))


@wrong("topology.tickets", "LSTM에 relu", expect="주지 않으면 `LSTM`은 `tanh`를 씁니다")
def tickets_relu_lstm():
    title, body, tags = _ticket_inputs()
    read = [_read(title, 128, activation="relu"), _read(body, 32)]
    return keras.Model([title, body, tags], _ticket_heads(layers.Concatenate()([*read, tags])))


@wrong(
    "topology.tickets",
    "태그를 두 배로",
    expect="명세에 없는 층이 더 있습니다: 5번째 자리의 `Add` 층",
)
def tickets_doubled_tags():
    title, body, tags = _ticket_inputs()
    x = layers.Concatenate()([_read(title, 128), _read(body, 32), 2 * tags])
    return keras.Model([title, body, tags], _ticket_heads(x))


@wrong(
    "topology.tickets",
    "부서도 시그모이드",
    expect="활성화 함수가 `softmax`여야 하는데 `sigmoid`입니다",
    typical=True,
)
def tickets_two_sigmoids():
    return _tickets(activations=("sigmoid", "sigmoid"))


@wrong(
    "topology.tickets",
    "부서를 우선순위에서 이음",
    expect="입력이 `Concatenate` 층이어야 하는데 1번째 밀집 층입니다",
)
def tickets_chained_heads():
    title, body, tags = _ticket_inputs()
    x = layers.Concatenate()([_read(title, 128), _read(body, 32), tags])
    priority = layers.Dense(1, activation="sigmoid", name="priority")(x)
    department = layers.Dense(4, activation="softmax", name="department")(priority)
    return keras.Model([title, body, tags], [priority, department])


@wrong(
    "topology.tickets",
    "문장의 길이를 10으로 정함",
    expect="모양이 `(None,)`이어야 하는데 `(10,)`입니다",
)
def tickets_fixed_length():
    title = keras.Input((10,), dtype="int32", name="title")
    body = keras.Input((None,), dtype="int32", name="body")
    tags = keras.Input((12,), name="tags")
    x = layers.Concatenate()([_read(title, 128), _read(body, 32), tags])
    return keras.Model([title, body, tags], _ticket_heads(x))


@wrong(
    "topology.tickets",
    "0번 단어를 가림",
    expect="`mask_zero`가 `False`여야 하는데 `True`입니다",
)
def tickets_masked():
    title, body, tags = _ticket_inputs()
    read = [
        layers.LSTM(n)(layers.Embedding(10000, 64, mask_zero=True)(t))
        for n, t in ((128, title), (32, body))
    ]
    x = layers.Concatenate()([*read, tags])
    return keras.Model([title, body, tags], _ticket_heads(x))


@wrong("topology.tickets", "LSTM 대신 평균", expect="`LSTM` 층이어야 하는데")
def tickets_average():
    title, body, tags = _ticket_inputs()
    read = [layers.GlobalAveragePooling1D()(layers.Embedding(10000, 64)(t)) for t in (title, body)]
    x = layers.Concatenate()([*read, tags])
    return keras.Model([title, body, tags], _ticket_heads(x))


@wrong(
    "topology.tickets",
    "모든 시점의 출력을 냄",
    expect="`return_sequences`가 `False`여야 하는데 `True`입니다",
)
def tickets_sequences():
    title, body, tags = _ticket_inputs()
    read = [_read(title, 128, return_sequences=True), _read(body, 32, return_sequences=True)]
    read = [layers.GlobalAveragePooling1D()(x) for x in read]
    x = layers.Concatenate()([*read, tags])
    return keras.Model([title, body, tags], _ticket_heads(x))


# --- topology.shared_embedding ----------------------------------------------------------------


def _two_texts(dtype="int32"):
    return keras.Input((None,), dtype=dtype), keras.Input((None,), dtype=dtype)


def _predictions(encoded, names=("prediction_a", "prediction_b"), activation="sigmoid"):
    return [
        layers.Dense(1, activation=activation, name=name)(x)
        for name, x in zip(names, encoded, strict=True)
    ]


@right("topology.shared_embedding", "층 하나를 두 번 부름")
def shared_plain():
    texts = _two_texts()
    shared = layers.Embedding(1000, 128)
    encoded = [layers.GlobalAveragePooling1D()(shared(text)) for text in texts]
    return keras.Model(list(texts), _predictions(encoded))


@right("topology.shared_embedding", "b를 먼저, 풀링 층도 하나")
def shared_b_first():
    text_a, text_b = _two_texts()
    shared, pool = layers.Embedding(1000, 128), layers.GlobalAveragePooling1D()
    b = layers.Dense(1, activation="sigmoid", name="prediction_b")(pool(shared(text_b)))
    a = layers.Dense(1, activation="sigmoid", name="prediction_a")(pool(shared(text_a)))
    return keras.Model([text_a, text_b], [b, a])


@right("topology.shared_embedding", "읽는 모델 하나를 두 번 부름")
def shared_model():
    words = keras.Input((None,), dtype="int32")
    encoder = keras.Model(words, ops.mean(layers.Embedding(1000, 128)(words), axis=1))
    text_a, text_b = _two_texts()
    return keras.Model([text_a, text_b], _predictions([encoder(text_a), encoder(text_b)]))


@right("topology.shared_embedding", "출력을 딕셔너리로, 시그모이드를 따로")
def shared_dict_outputs():
    text_a, text_b = _two_texts("int64")
    shared = layers.Embedding(1000, 128)
    pooled = [layers.GlobalAveragePooling1D()(shared(text)) for text in (text_a, text_b)]
    a, b = (ops.sigmoid(layers.Dense(1)(x)) for x in pooled)
    return keras.Model([text_a, text_b], {"prediction_a": a, "prediction_b": b})


@right("topology.shared_embedding", "리스트를 받는 서브클래싱 모델")
def shared_subclass():
    class TwoTexts(keras.Model):
        def __init__(self):
            super().__init__()
            self.b = layers.Dense(1, activation="sigmoid")
            self.a = layers.Dense(1, activation="sigmoid")
            self.shared = layers.Embedding(1000, 128)

        def call(self, inputs):
            first, second = inputs
            b = self.b(ops.mean(self.shared(second), axis=1))
            a = self.a(ops.mean(self.shared(first), axis=1))
            return {"prediction_a": a, "prediction_b": b}

    return TwoTexts()


@wrong(
    "topology.shared_embedding",
    "임베딩을 두 개 만듦",
    expect="2번째 임베딩 층: 1번째 임베딩 층과 같은 층이어야 하는데 새로 만든 층입니다",
    typical=True,
)
def shared_two_embeddings():
    texts = _two_texts()
    encoded = [layers.GlobalAveragePooling1D()(layers.Embedding(1000, 128)(t)) for t in texts]
    return keras.Model(list(texts), _predictions(encoded))


@wrong(
    "topology.shared_embedding",
    "seed처럼 풀링이 없음",
    expect="전역 평균 풀링 층: 빠졌습니다",
    typical=True,
)
def shared_without_pooling():
    texts = _two_texts()
    shared = layers.Embedding(1000, 128)
    return keras.Model(list(texts), _predictions([shared(text) for text in texts]))


@wrong(
    "topology.shared_embedding",
    "출력의 이름이 서로 바뀜",
    expect="이름이 서로 바뀌었습니다: `prediction_a`여야 하는 출력의 이름이 `prediction_b`입니다",
    never=("임베딩 층: 입력이",),
    typical=True,
)
def shared_swapped_names():
    texts = _two_texts()
    shared = layers.Embedding(1000, 128)
    encoded = [layers.GlobalAveragePooling1D()(shared(text)) for text in texts]
    return keras.Model(list(texts), _predictions(encoded, ("prediction_b", "prediction_a")))


@wrong(
    "topology.shared_embedding",
    "마지막 층까지 함께 씀",
    expect="2번째 밀집 층: 새로 만든 층이어야 하는데 1번째 밀집 층과 같은 층입니다",
    typical=True,
)
def shared_everything():
    text_a, text_b = _two_texts()
    shared, pool = layers.Embedding(1000, 128), layers.GlobalAveragePooling1D()
    dense = layers.Dense(1, activation="sigmoid")
    a, b = dense(pool(shared(text_a))), dense(pool(shared(text_b)))
    return keras.Model([text_a, text_b], {"prediction_a": a, "prediction_b": b})


@wrong(
    "topology.shared_embedding",
    "두 출력이 모두 첫 입력에서",
    expect="입력이 모델의 2번째 입력이어야 하는데 모델의 1번째 입력입니다",
    typical=True,
)
def shared_one_text():
    text_a, text_b = _two_texts()
    shared = layers.Embedding(1000, 128)
    encoded = [layers.GlobalAveragePooling1D()(shared(text_a)) for _ in range(2)]
    return keras.Model([text_a, text_b], _predictions(encoded))


@wrong(
    "topology.shared_embedding",
    "출력의 이름이 없음",
    expect="출력의 이름은 `prediction_a`",
    typical=True,
)
def shared_unnamed():
    texts = _two_texts()
    shared = layers.Embedding(1000, 128)
    encoded = [layers.GlobalAveragePooling1D()(shared(text)) for text in texts]
    return keras.Model(list(texts), _predictions(encoded, (None, None)))


@wrong(
    "topology.shared_embedding",
    "최대 풀링",
    expect="`GlobalAveragePooling1D` 층이어야 하는데 `GlobalMaxPooling1D` 층입니다",
)
def shared_max():
    texts = _two_texts()
    shared = layers.Embedding(1000, 128)
    encoded = [layers.GlobalMaxPooling1D()(shared(text)) for text in texts]
    return keras.Model(list(texts), _predictions(encoded))


@wrong("topology.shared_embedding", "입력이 하나", expect="입력이 2개여야 하는데 1개입니다")
def shared_one_input():
    text = keras.Input((None,), dtype="int32")
    encoded = layers.GlobalAveragePooling1D()(layers.Embedding(1000, 128)(text))
    return keras.Model(text, _predictions([encoded, encoded]))


# --- topology.resnet --------------------------------------------------------------------------


def _conv(x, filters=64, padding="same", **options):
    return layers.Conv2D(filters, 3, activation="relu", padding=padding, **options)(x)


def _resnet(join, last=None, rate=0.5, padding="same", pooling=3):
    inputs = keras.Input((32, 32, 3), name="img")
    x = _conv(_conv(inputs, 32, "valid"), 64, "valid")
    block = layers.MaxPooling2D(pooling)(x)
    for _ in range(2):
        block = join(_conv(_conv(block), padding=padding), block)
    x = layers.GlobalAveragePooling2D()(_conv(block, 64, "valid"))
    x = layers.Dense(256, activation="relu")(x)
    x = layers.Dropout(rate)(x) if rate else x
    return keras.Model(inputs, layers.Dense(10, activation=last or "softmax")(x))


@right("topology.resnet", "함수와 반복문으로, Add 층")
def resnet_loop():
    return _resnet(lambda x, block: layers.Add()([x, block]))


@right("topology.resnet", "더하기 연산자로")
def resnet_plus():
    return _resnet(lambda x, block: block + x)


@right("topology.resnet", "seed처럼 layers.add")
def resnet_add_function():
    return _resnet(lambda x, block: layers.add([block, x]))


@right("topology.resnet", "잔차 블록 층을 만들어 서브클래싱")
def resnet_subclass():
    class Residual(layers.Layer):
        def __init__(self):
            super().__init__()
            self.second = layers.Conv2D(64, 3, activation="relu", padding="same")
            self.first = layers.Conv2D(64, 3, activation="relu", padding="same")

        def call(self, inputs):
            return inputs + self.second(self.first(inputs))

    class ToyResNet(keras.Model):
        def __init__(self):
            super().__init__()
            self.stem = keras.Sequential(
                [
                    layers.Conv2D(32, 3, activation="relu"),
                    layers.Conv2D(64, 3, activation="relu"),
                    layers.MaxPooling2D(3),
                ]
            )
            self.blocks = [Residual(), Residual()]
            self.last = layers.Conv2D(64, 3, activation="relu")
            self.hidden = layers.Dense(256, activation="relu")
            self.dropout = layers.Dropout(0.5)
            self.scores = layers.Dense(10)

        def call(self, inputs, training=None):
            x = self.stem(inputs)
            for block in self.blocks:
                x = block(x)
            x = ops.mean(self.last(x), axis=(1, 2))
            x = self.dropout(self.hidden(x), training=training)
            return ops.softmax(self.scores(x))

    return ToyResNet()


@right("topology.resnet", "잔차 블록을 모델로 만들어 부름")
def resnet_nested():
    def block():
        inputs = keras.Input((9, 9, 64))
        x = layers.Conv2D(64, 3, padding="same")(inputs)
        x = layers.ReLU()(x)
        x = layers.ReLU()(layers.Conv2D(64, 3, padding="same")(x))
        return keras.Model(inputs, layers.Add()([inputs, x]))

    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(64, 3, activation="relu")(layers.Conv2D(32, 3, activation="relu")(inputs))
    x = block()(block()(layers.MaxPool2D((3, 3))(x)))
    x = layers.GlobalAvgPool2D()(layers.Conv2D(64, 3, activation="relu")(x))
    x = layers.Dropout(0.5)(layers.Dense(256, activation="relu")(x))
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


@wrong(
    "topology.resnet", "잔차 연결이 하나도 없음", expect="1번째 `Add` 층: 빠졌습니다", typical=True
)
def resnet_no_residual():
    return _resnet(lambda x, block: x)


@wrong(
    "topology.resnet", "두 번째 잔차 연결이 없음", expect="2번째 `Add` 층: 빠졌습니다", typical=True
)
def resnet_one_residual():
    joins = iter([lambda x, block: layers.Add()([x, block]), lambda x, block: x])
    return _resnet(lambda x, block: next(joins)(x, block))


@wrong(
    "topology.resnet",
    "두 번째에도 첫 블록의 입력을 더함",
    expect="2번째 `Add` 층: 입력이 6번째 합성곱 층, 1번째 `Add` 층이어야 하는데 "
    "6번째 합성곱 층, 최대 풀링 층입니다",
    typical=True,
)
def resnet_wrong_skip():
    kept = []

    def join(x, block):
        kept.append(block)
        return layers.Add()([x, kept[0]])

    return _resnet(join)


@wrong(
    "topology.resnet",
    "더하지 않고 이어 붙임",
    expect="`Add` 층이어야 하는데 `Concatenate` 층입니다",
    typical=True,
)
def resnet_concatenate():
    return _resnet(lambda x, block: layers.Concatenate()([x, block]))


@wrong("topology.resnet", "곱함", expect="`Add` 층이어야 하는데 `Multiply` 층입니다")
def resnet_multiply():
    return _resnet(lambda x, block: layers.Multiply()([x, block]))


@wrong("topology.resnet", "자기 자신을 더함", expect="6번째 합성곱 층, 1번째 `Add` 층이어야 하는데")
def resnet_doubled():
    return _resnet(lambda x, block: layers.Add()([x, x]))


@wrong("topology.resnet", "드롭아웃이 없음", expect="드롭아웃 층: 빠졌습니다", typical=True)
def resnet_without_dropout():
    return _resnet(lambda x, block: x + block, rate=None)


@wrong(
    "topology.resnet", "드롭아웃 비율이 0.2", expect="비율이 0.5여야 하는데 0.2입니다", typical=True
)
def resnet_dropout_rate():
    return _resnet(lambda x, block: x + block, rate=0.2)


@wrong(
    "topology.resnet",
    "풀링 크기가 2",
    expect="풀링 크기가 3×3이어야 하는데 2×2입니다",
    typical=True,
)
def resnet_pooling():
    return _resnet(lambda x, block: x + block, pooling=2)


@wrong("topology.resnet", "시그모이드 출력", expect="활성화 함수가 `softmax`여야 하는데 `sigmoid`")
def resnet_sigmoid():
    return _resnet(lambda x, block: layers.Add()([x, block]), last="sigmoid")


@wrong(
    "topology.resnet",
    "같은 블록을 두 번 부름",
    expect="5번째 합성곱 층: 새로 만든 층이어야 하는데 3번째 합성곱 층과 같은 층입니다",
)
def resnet_shared_block():
    first = layers.Conv2D(64, 3, activation="relu", padding="same")
    second = layers.Conv2D(64, 3, activation="relu", padding="same")
    inputs = keras.Input((32, 32, 3))
    block = layers.MaxPooling2D(3)(_conv(_conv(inputs, 32, "valid"), 64, "valid"))
    for _ in range(2):
        block = layers.Add()([second(first(block)), block])
    x = layers.GlobalAveragePooling2D()(_conv(block, 64, "valid"))
    x = layers.Dropout(0.5)(layers.Dense(256, activation="relu")(x))
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


class _ToyResNet(keras.Model):
    """드롭아웃의 결과를 버릴 수 있는 서브클래싱 모델."""

    def __init__(self, keep):
        super().__init__()
        self.keep = keep
        self.stem = [layers.Conv2D(n, 3, activation="relu") for n in (32, 64)]
        self.pool = layers.MaxPooling2D(3)
        same = {"activation": "relu", "padding": "same"}
        self.blocks = [layers.Conv2D(64, 3, **same) for _ in range(4)]
        self.last = layers.Conv2D(64, 3, activation="relu")
        self.average = layers.GlobalAveragePooling2D()
        self.hidden = layers.Dense(256, activation="relu")
        self.dropout = layers.Dropout(0.5)
        self.scores = layers.Dense(10, activation="softmax")

    def call(self, inputs):
        x = self.pool(self.stem[1](self.stem[0](inputs)))
        for first, second in (self.blocks[:2], self.blocks[2:]):
            x = x + second(first(x))
        x = self.hidden(self.average(self.last(x)))
        dropped = self.dropout(x)
        return self.scores(dropped if self.keep else x)


@right("topology.resnet", "서브클래싱, 케라스가 training을 넘기게 함")
def resnet_context():
    return _ToyResNet(keep=True)


@wrong(
    "topology.resnet",
    "드롭아웃을 부르고 결과를 버림",
    expect="드롭아웃 층: 부르지만 결과를 쓰지 않습니다",
)
def resnet_lost_dropout():
    return _ToyResNet(keep=False)


# --- topology.inception -----------------------------------------------------------------------


def _same(x, filters, size, **options):
    options = {"padding": "same", "activation": "relu"} | options
    return layers.Conv2D(filters, size, **options)(x)


def _branches(inputs, pooled=None, reduced=True, last="relu"):
    if pooled is None:
        pooled = layers.MaxPooling2D(3, strides=1, padding="same")(inputs)
    return [
        _same(inputs, 16, 1),
        _same(_same(inputs, 16, 1) if reduced else inputs, 24, 3),
        _same(_same(inputs, 8, 1), 12, 5),
        _same(pooled, 12, 1, activation=last),
    ]


@right("topology.inception", "함수로 줄인 네 갈래")
def inception_function():
    inputs = keras.Input((32, 32, 3))
    return keras.Model(inputs, layers.Concatenate()(_branches(inputs)))


@right("topology.inception", "거꾸로 만든 갈래들")
def inception_reversed():
    inputs = keras.Input((32, 32, 3))
    branch4 = _same(layers.MaxPool2D((3, 3), strides=(1, 1), padding="same")(inputs), 12, 1)
    branch3 = _same(_same(inputs, 8, 1), 12, 5)
    branch2 = _same(_same(inputs, 16, (1, 1)), 24, (3, 3))
    branch1 = _same(inputs, 16, 1)
    return keras.Model(inputs, layers.concatenate([branch1, branch2, branch3, branch4], axis=3))


@right("topology.inception", "활성화 함수는 이어 붙인 다음에")
def inception_late_relu():
    inputs = keras.Input((32, 32, 3))
    pooled = layers.MaxPooling2D(3, strides=1, padding="same")(inputs)
    parts = [
        _same(inputs, 16, 1, activation=None),
        _same(_same(inputs, 16, 1), 24, 3, activation=None),
        _same(_same(inputs, 8, 1), 12, 5, activation=None),
        _same(pooled, 12, 1, activation=None),
    ]
    return keras.Model(inputs, ops.relu(ops.concatenate(parts, axis=-1)))


@right("topology.inception", "1×1 합성곱을 마지막 축의 Dense로")
def inception_dense():
    inputs = keras.Input((32, 32, 3))
    pooled = layers.MaxPooling2D(3, 1, "same")(inputs)
    parts = [
        _same(inputs, 16, 1, padding="valid"),
        _same(_same(inputs, 16, 1, padding="valid"), 24, 3),
        _same(_same(inputs, 8, 1, padding="valid"), 12, 5),
        _same(pooled, 12, 1, padding="valid"),
    ]
    return keras.Model(inputs, layers.Concatenate()(parts))


def _inception_model(prepare=lambda inputs, training: inputs):
    """두 번째 갈래를 먼저 부르는 서브클래싱 모델. `prepare`는 입력에 먼저 하는 일입니다."""

    class Inception(keras.Model):
        def __init__(self):
            super().__init__()
            same = {"padding": "same", "activation": "relu"}
            self.reduce5, self.conv5 = layers.Conv2D(8, 1, **same), layers.Conv2D(12, 5, **same)
            self.reduce3, self.conv3 = layers.Conv2D(16, 1, **same), layers.Conv2D(24, 3, **same)
            self.conv1, self.project = layers.Conv2D(16, 1, **same), layers.Conv2D(12, 1, **same)
            self.pool = layers.MaxPooling2D(3, strides=1, padding="same")

        def call(self, inputs, training=None):
            inputs = prepare(inputs, training)
            second = self.conv3(self.reduce3(inputs))
            fourth = self.project(self.pool(inputs))
            third = self.conv5(self.reduce5(inputs))
            return ops.concatenate([self.conv1(inputs), second, third, fourth], axis=-1)

    return Inception()


@right("topology.inception", "서브클래싱, 두 번째 갈래를 먼저 부름")
def inception_subclass():
    return _inception_model()


@wrong(
    "topology.inception",
    "다른 순서로 부르고, 훈련할 때는 뒤집은 사진으로",
    expect="훈련 모드에서는 명세의 모델과 다른 값을 냅니다",
)
def inception_augmented():
    return _inception_model(lambda inputs, training: ops.flip(inputs, 2) if training else inputs)


@wrong(
    "topology.inception",
    "이어 붙이는 차례가 다름",
    expect="`Concatenate` 층: 입력의 차례가 1번째 합성곱 층, 3번째 합성곱 층, 5번째 합성곱 층",
    typical=True,
)
def inception_order():
    inputs = keras.Input((32, 32, 3))
    first, second, third, fourth = _branches(inputs)
    return keras.Model(inputs, layers.Concatenate()([first, third, second, fourth]))


@wrong(
    "topology.inception",
    "풀링의 스트라이드가 2",
    expect="스트라이드가 1×1이어야 하는데 2×2입니다",
)
def inception_stride_two():
    inputs = keras.Input((32, 32, 3))
    pooled = layers.MaxPooling2D(3, strides=2, padding="same")(inputs)
    pooled = layers.UpSampling2D(2)(pooled)
    return keras.Model(inputs, layers.Concatenate()(_branches(inputs, pooled)))


@wrong("topology.inception", "0을 두르고 풀링", expect="최대 풀링 층")
def inception_padded_pool():
    inputs = keras.Input((32, 32, 3))
    pooled = layers.MaxPooling2D(3, strides=1)(layers.ZeroPadding2D(1)(inputs))
    return keras.Model(inputs, layers.Concatenate()(_branches(inputs, pooled)))


@wrong("topology.inception", "명세에 없는 규제", expect="없으면 지웁니다")
def inception_regularized():
    inputs = keras.Input((32, 32, 3))
    first, *others = _branches(inputs)
    first = _same(inputs, 16, 1, kernel_regularizer="l2")
    return keras.Model(inputs, layers.Concatenate()([first, *others]))


@wrong(
    "topology.inception",
    "평균 풀링",
    expect="`MaxPooling2D` 층이어야 하는데 `AveragePooling2D` 층입니다",
)
def inception_average():
    inputs = keras.Input((32, 32, 3))
    pooled = layers.AveragePooling2D(3, strides=1, padding="same")(inputs)
    return keras.Model(inputs, layers.Concatenate()(_branches(inputs, pooled)))


@wrong(
    "topology.inception", "3×3 앞의 1×1이 없음", expect="2번째 합성곱 층: 빠졌습니다", typical=True
)
def inception_unreduced():
    inputs = keras.Input((32, 32, 3))
    return keras.Model(inputs, layers.Concatenate()(_branches(inputs, reduced=False)))


@wrong(
    "topology.inception",
    "두 번째 갈래가 첫 번째 갈래에서 이어짐",
    expect="번째 합성곱 층: 빠졌습니다",
)
def inception_shared():
    inputs = keras.Input((32, 32, 3))
    first, _, third, fourth = _branches(inputs)
    second = _same(first, 24, 3)
    return keras.Model(inputs, layers.Concatenate()([first, second, third, fourth]))


@wrong(
    "topology.inception",
    "세 번째 갈래가 두 번째 갈래에서 이어짐",
    expect="입력이 모델의 입력이어야 하는데 3번째 합성곱 층입니다",
    typical=True,
)
def inception_chained():
    inputs = keras.Input((32, 32, 3))
    first, second, _, fourth = _branches(inputs)
    third = _same(_same(second, 8, 1), 12, 5)
    return keras.Model(inputs, layers.Concatenate()([first, second, third, fourth]))


@wrong("topology.inception", "풀링 갈래를 잊음", expect="최대 풀링 층: 빠졌습니다", typical=True)
def inception_three_branches():
    inputs = keras.Input((32, 32, 3))
    return keras.Model(inputs, layers.Concatenate()(_branches(inputs)[:3]))


@wrong(
    "topology.inception",
    "더함",
    expect="`Concatenate` 층이어야 하는데 `Add` 층입니다",
    typical=True,
)
def inception_add():
    inputs = keras.Input((32, 32, 3))
    parts = [_same(x, 64, 1) for x in _branches(inputs)]
    return keras.Model(inputs, layers.Add()(parts))


@wrong(
    "topology.inception",
    "다른 축으로 이어 붙임",
    expect="이어 붙이는 축이 -1이어야 하는데 1입니다",
)
def inception_axis():
    inputs = keras.Input((32, 32, 3))
    pooled = layers.MaxPooling2D(3, strides=1, padding="same")(inputs)
    parts = [
        _same(inputs, 16, 1),
        _same(_same(inputs, 16, 1), 16, 3),
        _same(_same(inputs, 8, 1), 16, 5),
        _same(pooled, 16, 1),
    ]
    return keras.Model(inputs, layers.Concatenate(axis=1)(parts))


@wrong(
    "topology.inception",
    "활성화 함수를 하나 잊음",
    expect="`relu`여야 하는데 없습니다",
    typical=True,
)
def inception_linear():
    inputs = keras.Input((32, 32, 3))
    return keras.Model(inputs, layers.Concatenate()(_branches(inputs, last=None)))


@wrong(
    "topology.inception",
    "텐서를 넘김",
    expect="출력 텐서(`KerasTensor`)가 들어 있습니다",
    typical=True,
)
def inception_tensor():
    return layers.Concatenate()(_branches(keras.Input((32, 32, 3))))


# --- topology.features ------------------------------------------------------------------------


@right("topology.features", "리스트 내포")
def features_comprehension():
    def make_extractor(base):
        outputs = [x.output for x in base.layers if not isinstance(x, keras.layers.InputLayer)]
        return keras.Model(base.inputs, outputs)

    return make_extractor


@right("topology.features", "반복문과 get_layer")
def features_names():
    def make_extractor(base):
        names = [layer.name for layer in base.layers]
        inputs = {tensor.name for tensor in base.inputs}
        outputs = []
        for name in names:
            if name not in inputs:
                outputs.append(base.get_layer(name).output)
        return keras.Model(inputs=base.inputs, outputs=outputs, name="extractor")

    return make_extractor


@right("topology.features", "입력이 하나면 텐서 하나로")
def features_single_input():
    def make_extractor(base):
        inputs = base.inputs[0] if len(base.inputs) == 1 else base.inputs
        kept = filter(lambda layer: type(layer).__name__ != "InputLayer", base.layers)
        return keras.Model(inputs, [layer.output for layer in kept])

    return make_extractor


@right("topology.features", "함수가 아니라 람다")
def features_lambda():
    return lambda base: keras.Model(
        base.inputs,
        [x.output for x in base.layers if not isinstance(x, layers.InputLayer)],
    )


@right("topology.features", "안에 모델을 둔 서브클래싱")
def features_subclass():
    class Extractor(keras.Model):
        def __init__(self, base):
            super().__init__()
            kept = [x for x in base.layers if not isinstance(x, layers.InputLayer)]
            self.inner = keras.Model(base.inputs, [x.output for x in kept])

        def call(self, inputs):
            return self.inner(inputs)

    return lambda base: Extractor(base)


@right("topology.features", "출력을 튜플로")
def features_tuple():
    def make_extractor(base):
        kept = [x for x in base.layers if not isinstance(x, layers.InputLayer)]
        return keras.Model(base.inputs, tuple(x.output for x in kept))

    return make_extractor


def _features(before=None, change=lambda output: output):
    """올바른 답에서 한 곳만 바꾼 함수."""

    def make_extractor(base):
        if before:
            before(base)
        kept = [x for x in base.layers if not isinstance(x, layers.InputLayer)]
        return keras.Model(base.inputs, [change(x.output) for x in kept])

    return make_extractor


@wrong("topology.features", "base를 얼림", expect="`trainable`이 바뀌었습니다")
def features_frozen():
    return _features(before=lambda base: setattr(base, "trainable", False))


@wrong("topology.features", "층을 모두 얼림", expect="`trainable`이 바뀌었습니다")
def features_frozen_layers():
    return _features(before=lambda base: [setattr(x, "trainable", False) for x in base.layers])


@wrong("topology.features", "새 모델을 얼림", expect="`trainable`이 바뀌었습니다")
def features_frozen_extractor():
    def make_extractor(base):
        extractor = _features()(base)
        extractor.trainable = False
        return extractor

    return make_extractor


@wrong("topology.features", "출력마다 Identity 층", expect="`base`에 없던 층(`Identity`)")
def features_identity():
    return _features(change=lambda output: layers.Identity()(output))


@wrong("topology.features", "출력마다 리스트로 감쌈", expect="텐서를 바로 담은 리스트여야")
def features_nested():
    return _features(change=lambda output: [output])


@wrong("topology.features", "앞에서 입력의 수만큼 버림", expect="입력과 출력이 둘인 함수형 모델")
def features_sliced_inputs():
    def make_extractor(base):
        skipped = 0 if isinstance(base, keras.Sequential) else len(base.inputs)
        return keras.Model(base.inputs, [x.output for x in base.layers[skipped:]])

    return make_extractor


@wrong("topology.features", "마지막 층을 빠뜨림", expect="빠진 층이 있습니다. 입력층만 빼고")
def features_without_last():
    def make_extractor(base):
        kept = [x for x in base.layers if not isinstance(x, layers.InputLayer)]
        return keras.Model(base.inputs, [x.output for x in kept[:-1]])

    return make_extractor


@wrong("topology.features", "입력층까지 담음", expect="입력층의 출력까지 담았습니다", typical=True)
def features_with_inputs():
    def make_extractor(base):
        return keras.Model(base.inputs, [layer.output for layer in base.layers])

    return make_extractor


@wrong(
    "topology.features",
    "첫 층을 무조건 버림",
    expect="순차형 모델의 `layers`에는 입력층이 없으므로",
    typical=True,
)
def features_slice():
    def make_extractor(base):
        return keras.Model(base.inputs, [layer.output for layer in base.layers[1:]])

    return make_extractor


@wrong(
    "topology.features",
    "순차형 모델에 .input",
    expect="순차형 모델에는 `.input`이 없습니다",
    typical=True,
)
def features_input_attribute():
    def make_extractor(base):
        outputs = [x.output for x in base.layers if not isinstance(x, layers.InputLayer)]
        return keras.Model(base.input, outputs)

    return make_extractor


@wrong(
    "topology.features", "마지막 출력만", expect="마지막 층만이 아니라 모든 층의 출력", typical=True
)
def features_last():
    def make_extractor(base):
        return keras.Model(base.inputs, base.layers[-1].output)

    return make_extractor


@wrong("topology.features", "차례가 반대", expect="출력들은 맞지만 차례가 다릅니다")
def features_reversed():
    def make_extractor(base):
        outputs = [x.output for x in base.layers if not isinstance(x, layers.InputLayer)]
        return keras.Model(base.inputs, outputs[::-1])

    return make_extractor


@wrong(
    "topology.features",
    "복제해서 가중치가 다름",
    expect="받은 모델에 없던 가중치로 계산합니다",
    typical=True,
)
def features_clone():
    def make_extractor(base):
        copy = keras.models.clone_model(base)
        outputs = [x.output for x in copy.layers if not isinstance(x, layers.InputLayer)]
        return keras.Model(copy.inputs, outputs)

    return make_extractor


@wrong(
    "topology.features",
    "복제하고 가중치를 옮김",
    expect="돌려준 모델에 `base`에 없던 가중치가 있습니다",
)
def features_copied_weights():
    def make_extractor(base):
        copy = keras.models.clone_model(base)
        copy.set_weights(base.get_weights())
        outputs = [x.output for x in copy.layers if not isinstance(x, layers.InputLayer)]
        return keras.Model(copy.inputs, outputs)

    return make_extractor


@wrong("topology.features", "합성곱 층만", expect="빠진 층이 있습니다")
def features_convolutions():
    def make_extractor(base):
        kept = [x for x in base.layers if x.weights]
        return keras.Model(base.inputs, [x.output for x in kept])

    return make_extractor


@wrong(
    "topology.features", "리스트를 돌려줌", expect="모델이 아니라 파이썬 `list`입니다", typical=True
)
def features_list():
    def make_extractor(base):
        return [x.output for x in base.layers if not isinstance(x, layers.InputLayer)]

    return make_extractor


@wrong("topology.features", "return이 없음", expect="`return`을 빠뜨리지 않았는지", typical=True)
def features_none():
    def make_extractor(base):
        outputs = [x.output for x in base.layers]
        keras.Model(base.inputs, outputs)

    return make_extractor


@wrong(
    "topology.features",
    "받은 모델을 그대로",
    expect="받은 모델을 그대로 돌려주었습니다",
    typical=True,
)
def features_base():
    def make_extractor(base):
        return base

    return make_extractor


@wrong("topology.features", "차례로 불러 다시 이음", expect="갈라졌다가 만나는 함수형 모델")
def features_chain():
    def make_extractor(base):
        x, outputs = base.inputs[0], []
        for layer in base.layers:
            if not isinstance(layer, layers.InputLayer):
                x = layer(x)
                outputs.append(x)
        return keras.Model(base.inputs, outputs)

    return make_extractor


@wrong("topology.features", "층의 이름으로 딕셔너리", expect="리스트로 주세요")
def features_dict():
    def make_extractor(base):
        kept = [x for x in base.layers if not isinstance(x, layers.InputLayer)]
        return keras.Model(base.inputs, {x.name: x.output for x in kept})

    return make_extractor


class _Extractor(keras.Model):
    """받은 모델의 층들을 꺼내는 모델. 클래스 그대로도, 부를 수 있는 객체로도 답이 됩니다."""

    def __init__(self, base):
        super().__init__()
        kept = [x for x in base.layers if not isinstance(x, layers.InputLayer)]
        self.inner = keras.Model(base.inputs, [x.output for x in kept])

    def call(self, inputs):
        return self.inner(inputs)


@right("topology.features", "클래스 그대로(부르면 모델이 됨)")
def features_class():
    return _Extractor


@right("topology.features", "부를 수 있는 객체")
def features_callable_object():
    class Maker:
        def __call__(self, base):
            return _Extractor(base)

    return Maker()


@wrong("topology.features", "클래스의 객체를 만들지 않음", expect="오류가 났습니다")
def features_unmade():
    class Maker:
        def __call__(self, base):
            return _Extractor(base)

    return Maker


# --- topology.finetune ------------------------------------------------------------------------

_LOSS = "sparse_categorical_crossentropy"


def _headed(base, classes, activation="softmax"):
    inputs = keras.Input(base.input_shape[1:])
    x = base(inputs, training=False)
    return keras.Model(inputs, layers.Dense(classes, activation=activation)(x))


def _opened(base, count, norms=False):
    base.trainable = True
    for layer in base.layers[:-count]:
        layer.trainable = False
    if not norms:
        for layer in base.layers:
            if isinstance(layer, layers.BatchNormalization):
                layer.trainable = False


def _finetune(make=_headed, open_=_opened, rates=(1e-3, 1e-5), kind=keras.optimizers.Adam):
    """참고 답안과 한 군데만 다른 답을 만드는 데 쓰는 두 함수."""

    def make_transfer(base, num_classes):
        base.trainable = False
        model = make(base, num_classes)
        model.compile(kind(rates[0]), loss=_LOSS)
        return model

    def open_top(model, base, count):
        open_(base, count)
        model.compile(kind(rates[1]), loss=_LOSS)
        return model

    return {"make_transfer": make_transfer, "open_top": open_top}


@right("topology.finetune", "안내서처럼 함수형으로, 배치 정규화는 따로 동결")
def finetune_functional():
    return _finetune()


@right("topology.finetune", "base의 텐서에 바로 이음, 층마다 따로 동결")
def finetune_flat():
    def make_transfer(base, num_classes):
        for layer in base.layers:
            layer.trainable = False
        x = layers.Dense(num_classes)(base.outputs[0])
        model = keras.Model(base.inputs[0], layers.Softmax()(x))
        model.compile(
            optimizer=keras.optimizers.Adam(learning_rate=0.001),
            loss=keras.losses.SparseCategoricalCrossentropy(),
            metrics=[keras.metrics.SparseCategoricalAccuracy()],
        )
        return model

    def open_top(model, base, count):
        first = len(base.layers) - count
        for number, layer in enumerate(base.layers):
            norm = "BatchNormalization" in type(layer).__name__
            layer.trainable = number >= first and not norm
        model.compile(optimizer=keras.optimizers.Adam(learning_rate=1e-5), loss=_LOSS)
        return model

    return {"make_transfer": make_transfer, "open_top": open_top}


@right("topology.finetune", "순차형 모델로, 손실을 객체로")
def finetune_sequential():
    def make(base, classes):
        return keras.Sequential([base, layers.Dense(classes), layers.Activation("softmax")])

    return _finetune(make)


@right("topology.finetune", "서브클래싱 모델이 base를 늘 추론 모드로 부름")
def finetune_subclass():
    class Transfer(keras.Model):
        def __init__(self, base, classes):
            super().__init__()
            self.base = base
            self.head = layers.Dense(classes, activation="softmax")

        def call(self, inputs):
            return self.head(self.base(inputs, training=False))

    def open_(base, count):
        _opened(base, count, norms=True)

    return _finetune(Transfer, open_)


@right("topology.finetune", "위쪽을 연 모델을 새로 묶어 돌려줌")
def finetune_new_model():
    made = _finetune()

    def open_top(model, base, count):
        _opened(base, count)
        again = keras.Model(model.inputs, model.outputs)
        again.compile(keras.optimizers.Adam(1e-5), loss=_LOSS, run_eagerly=True)
        return again

    return made | {"open_top": open_top}


@right("topology.finetune", "컴파일한 다음 훈련하기 전에 동결하고 엶")
def finetune_flags_last():
    def make_transfer(base, num_classes):
        model = _headed(base, num_classes)
        model.compile(keras.optimizers.Adam(1e-3), loss=_LOSS)
        base.trainable = False
        return model

    def open_top(model, base, count):
        model.compile(keras.optimizers.Adam(1e-5), loss=_LOSS)
        _opened(base, count)
        return model

    return {"make_transfer": make_transfer, "open_top": open_top}


@wrong(
    "topology.finetune",
    "동결을 잊음",
    expect="머리만 훈련해야 하는데 `base`의 가중치도 움직였습니다",
    typical=True,
)
def finetune_not_frozen():
    def make_transfer(base, num_classes):
        model = _headed(base, num_classes)
        model.compile(keras.optimizers.Adam(1e-3), loss=_LOSS)
        return model

    return _finetune() | {"make_transfer": make_transfer}


@wrong(
    "topology.finetune",
    "열고 나서 다시 컴파일하지 않음",
    expect="`trainable`은 바뀌었지만 마지막 층들이 움직이지 않았습니다",
    typical=True,
)
def finetune_not_compiled_again():
    def open_top(model, base, count):
        _opened(base, count)
        model.optimizer.learning_rate = 1e-5
        return model

    return _finetune() | {"open_top": open_top}


@wrong(
    "topology.finetune",
    "앞 단계의 옵티마이저로 다시 컴파일",
    expect="앞 단계의 옵티마이저가 새로 연 가중치를 모릅니다",
    typical=True,
)
def finetune_same_optimizer():
    def open_top(model, base, count):
        _opened(base, count)
        model.optimizer.learning_rate = 1e-5
        model.compile(model.optimizer, loss=_LOSS)
        return model

    return _finetune() | {"open_top": open_top}


@wrong("topology.finetune", "AdamW", expect="옵티마이저가 `Adam`이 아니라 `AdamW`입니다")
def finetune_adamw():
    return _finetune(kind=keras.optimizers.AdamW)


@right("topology.finetune", "train_step을 다시 쓴 서브클래스")
def finetune_own_step():
    class Transfer(keras.Model):
        def __init__(self, base, classes):
            super().__init__()
            self.base, self.dense, self.softmax = base, layers.Dense(classes), layers.Softmax()

        def call(self, x, training=False):
            return self.softmax(self.dense(self.base(x, training=False)))

        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                loss = self.compute_loss(x=x, y=y, y_pred=self(x, training=True))
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
            return {"loss": loss}

    return _finetune(Transfer)


@wrong(
    "topology.finetune",
    "둘째 단계에서 머리를 새로 만듦",
    expect="첫 단계에서 훈련한 머리가 없습니다",
)
def finetune_new_head():
    def open_top(model, base, count):
        made = _headed(base, model.output_shape[-1])
        _opened(base, count)
        made.compile(keras.optimizers.Adam(1e-5), loss=_LOSS)
        return made

    return _finetune() | {"open_top": open_top}


@wrong(
    "topology.finetune",
    "머리에 드롭아웃",
    expect="`Dropout`처럼 명세에 없는 층이 있습니다",
    never=("sparse_categorical_crossentropy",),
)
def finetune_dropout():
    def make(base, classes):
        head = layers.Dense(classes, activation="softmax")
        return keras.Sequential([base, layers.Dropout(0.5), head])

    return _finetune(make)


@wrong(
    "topology.finetune",
    "머리에 규제",
    expect="명세에 없는 규제가 있습니다",
    never=("sparse_categorical_crossentropy",),
)
def finetune_regularized():
    def make(base, classes):
        options = {"activation": "softmax", "kernel_regularizer": "l2"}
        return keras.Sequential([base, layers.Dense(classes, **options)])

    return _finetune(make)


@wrong(
    "topology.finetune",
    "머리에 배치 정규화",
    expect="머리에는 `Dense` 층 하나의 가중치",
    never=("`keras.optimizers.Adam(",),
)
def finetune_norm_in_head():
    def make(base, classes):
        head = layers.Dense(classes, activation="softmax")
        return keras.Sequential([base, layers.BatchNormalization(), head])

    return _finetune(make)


@wrong(
    "topology.finetune",
    "둘째 단계에서 머리를 동결",
    expect="머리가 움직이지 않았습니다",
    never=("`compile`에 준 옵티마이저",),
)
def finetune_frozen_head():
    def make(base, classes):
        return keras.Sequential([base, layers.Dense(classes, activation="softmax")])

    def open_top(model, base, count):
        _opened(base, count)
        model.layers[-1].trainable = False
        model.compile(keras.optimizers.Adam(1e-5), loss=_LOSS)
        return model

    return _finetune(make) | {"open_top": open_top}


@wrong("topology.finetune", "뒤에서가 아니라 앞에서 셈", expect="일부만 움직였습니다")
def finetune_from_the_front():
    def open_(base, count):
        base.trainable = False
        for layer in base.layers[count:]:
            layer.trainable = not isinstance(layer, layers.BatchNormalization)

    return _finetune(open_=open_)


@right("topology.finetune", "Adam을 상속한 옵티마이저")
def finetune_own_adam():
    class Named(keras.optimizers.Adam):
        pass

    return _finetune(kind=Named)


@wrong(
    "topology.finetune",
    "base를 모두 엶",
    expect="`base`의 층이 모두 움직였습니다",
    typical=True,
)
def finetune_all_open():
    def open_(base, count):
        base.trainable = True

    return _finetune(open_=open_)


@wrong(
    "topology.finetune",
    "안내서처럼 training=False만 믿음",
    expect="함수형 모델에 적은 `base(x, training=False)`는 `fit`이 훈련 모드로 덮어씁니다",
    never=("머리만 훈련해야",),
    typical=True,
)
def finetune_trusts_training():
    return _finetune(open_=lambda base, count: _opened(base, count, norms=True))


@wrong(
    "topology.finetune",
    "둘째 단계도 같은 학습률",
    expect="한 스텝에 1e-5만큼 움직여야 하는데 1e-3만큼 움직였습니다",
    typical=True,
)
def finetune_same_rate():
    return _finetune(rates=(1e-3, 1e-3))


@wrong(
    "topology.finetune",
    "base.trainable을 되돌리지 않음",
    expect="개 층이 움직이지 않았습니다",
    never=("다시 하세요",),
    typical=True,
)
def finetune_still_frozen():
    def open_(base, count):
        for layer in base.layers[:-count]:
            layer.trainable = False

    return _finetune(open_=open_)


@wrong(
    "topology.finetune",
    "층마다 동결하고 base.trainable로 엶",
    expect="`base.trainable`이 이미 `True`이면 다시 `True`를 넣어도",
    typical=True,
)
def finetune_opened_at_once():
    def make_transfer(base, num_classes):
        for layer in base.layers:
            layer.trainable = False
        model = _headed(base, num_classes)
        model.compile(keras.optimizers.Adam(1e-3), loss=_LOSS)
        return model

    return _finetune() | {"make_transfer": make_transfer}


@wrong(
    "topology.finetune",
    "앞의 count개를 엶",
    expect="보다 아래에 있는 층이 움직였습니다",
    typical=True,
)
def finetune_bottom():
    def open_(base, count):
        base.trainable = False
        for layer in base.layers[:count]:
            layer.trainable = not isinstance(layer, layers.BatchNormalization)

    return _finetune(open_=open_)


@wrong("topology.finetune", "하나 더 엶", expect="보다 아래에 있는 층이 움직였습니다")
def finetune_one_more():
    return _finetune(open_=lambda base, count: _opened(base, count + 1))


@wrong(
    "topology.finetune",
    "하나 덜 엶",
    expect="둘째 단계: 마지막 층들과 머리가 움직임: `base`의 마지막",
)
def finetune_one_less():
    return _finetune(open_=lambda base, count: _opened(base, count - 1))


@wrong("topology.finetune", "소프트맥스가 없음", expect="출력이 확률이 아닙니다", typical=True)
def finetune_logits():
    def make_transfer(base, num_classes):
        base.trainable = False
        model = _headed(base, num_classes, activation=None)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(1e-3), loss=loss)
        return model

    return _finetune() | {"make_transfer": make_transfer}


@wrong("topology.finetune", "시그모이드", expect="소프트맥스가 아니라 시그모이드입니다")
def finetune_sigmoid():
    return _finetune(lambda base, classes: _headed(base, classes, activation="sigmoid"))


@wrong("topology.finetune", "머리에 은닉층을 더함", expect="`Dense` 층 하나의 가중치", typical=True)
def finetune_hidden():
    def make(base, classes):
        hidden = layers.Dense(8, activation="relu")
        return keras.Sequential([base, hidden, layers.Dense(classes, activation="softmax")])

    return _finetune(make)


@wrong("topology.finetune", "base를 복제함", expect="받은 `base`의 가중치를 쓰지 않는 모델입니다")
def finetune_clone():
    def make(base, classes):
        copy = keras.models.clone_model(base)
        copy.set_weights(base.get_weights())
        copy.trainable = False
        return _headed(copy, classes)

    return _finetune(make)


@wrong("topology.finetune", "SGD", expect="지금은 `SGD`입니다")
def finetune_sgd():
    return _finetune(kind=keras.optimizers.SGD)


@wrong("topology.finetune", "return이 없음", expect="`return`을 빠뜨리지 않았는지")
def finetune_none():
    def open_top(model, base, count):
        _opened(base, count)
        model.compile(keras.optimizers.Adam(1e-5), loss=_LOSS)

    return _finetune() | {"open_top": open_top}


@wrong("topology.finetune", "컴파일하지 않음", expect="돌려준 모델이 컴파일되지 않았습니다")
def finetune_uncompiled():
    def make_transfer(base, num_classes):
        base.trainable = False
        return _headed(base, num_classes)

    return _finetune() | {"make_transfer": make_transfer}


@wrong(
    "topology.finetune",
    "정수 레이블에 categorical_crossentropy",
    expect="`fit`으로 훈련하다가 오류가 났습니다",
)
def finetune_dense_loss():
    def make_transfer(base, num_classes):
        base.trainable = False
        model = _headed(base, num_classes)
        model.compile(keras.optimizers.Adam(1e-3), loss="categorical_crossentropy")
        return model

    return _finetune() | {"make_transfer": make_transfer}


@wrong("topology.finetune", "텐서를 돌려줌", expect="`KerasTensor`")
def finetune_tensor():
    def make_transfer(base, num_classes):
        inputs = keras.Input(base.input_shape[1:])
        return layers.Dense(num_classes, activation="softmax")(base(inputs))

    return _finetune() | {"make_transfer": make_transfer}


@wrong("topology.finetune", "open_top을 풀지 않음", expect="아직 풀지 않았어요")
def finetune_half():
    def open_top(model, base, count): ...

    return _finetune() | {"open_top": open_top}
