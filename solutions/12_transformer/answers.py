"""12 손으로 만드는 트랜스포머: 맞는 답과 틀린 답."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from autograder.authoring.answers import right, wrong

register = keras.saving.register_keras_serializable

# ------------------------------------------------------------ 12-1 transformer.attention


@right("transformer.attention", "keras.ops")
def attention_ops():
    def attention(query, key, value, mask=None):
        scores = ops.matmul(query, ops.swapaxes(key, -1, -2)) / ops.sqrt(float(query.shape[-1]))
        if mask is not None:
            scores = ops.where(mask, scores, -1e9)
        return ops.matmul(ops.softmax(scores), value)

    return attention


@right("transformer.attention", "텐서플로의 함수, -inf, 질문을 먼저 나눔")
def attention_tf():
    def attention(query, key, value, mask=None):
        query = query / tf.sqrt(tf.cast(tf.shape(query)[-1], query.dtype))
        scores = tf.matmul(query, key, transpose_b=True)
        if mask is not None:
            scores = tf.where(mask, scores, float("-inf"))
        return tf.nn.softmax(scores, axis=-1) @ value

    return attention


@right("transformer.attention", "einsum, 마스크를 수로 바꾸어 더함")
def attention_einsum():
    def attention(query, key, value, mask=None):
        scores = ops.einsum("...td,...sd->...ts", query, key) * query.shape[-1] ** -0.5
        if mask is not None:
            scores = scores + (1.0 - ops.cast(mask, "float32")) * -1e9
        weights = ops.exp(scores - ops.max(scores, axis=-1, keepdims=True))
        weights = weights / ops.sum(weights, axis=-1, keepdims=True)
        return ops.einsum("...ts,...sv->...tv", weights, value)

    return attention


@right("transformer.attention", "넘파이로 계산하고 텐서로")
def attention_numpy():
    def attention(query, key, value, mask=None):
        query, key, value = (np.asarray(item) for item in (query, key, value))
        scores = query @ np.swapaxes(key, -1, -2) / np.sqrt(np.float32(query.shape[-1]))
        if mask is not None:
            scores = np.where(np.asarray(mask), scores, np.float32(-1e30))
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return tf.constant(weights / weights.sum(axis=-1, keepdims=True) @ value)

    return attention


@right("transformer.attention", "tf.function, 소프트맥스 층의 mask")
def attention_layer():
    softmax = layers.Softmax(axis=-1)

    @tf.function
    def attention(query, key, value, mask=None):
        scores = tf.matmul(query, key, transpose_b=True) / query.shape[-1] ** 0.5
        if mask is not None:
            mask = tf.broadcast_to(mask, tf.shape(scores))
        return tf.matmul(softmax(scores, mask=mask), value)

    return attention


def _attention(score=None, mask=None, axis=-1, last=None):
    def attention(query, key, value, mask=None):
        scores = tf.matmul(query, key, transpose_b=True)
        scores = score(scores, query, key) if score else scores / query.shape[-1] ** 0.5
        if mask is not None and hide is not None:
            scores = hide(scores, mask)
        weights = tf.nn.softmax(scores, axis=axis)
        return last(weights, value, mask) if last else weights @ value

    hide = mask or (lambda scores, seen: tf.where(seen, scores, -1e9))
    return attention


@wrong("transformer.attention", "√d로 나누지 않음", expect="`√d`로 나누지 않습니다", typical=True)
def attention_no_scale():
    return _attention(lambda scores, query, key: scores)


@wrong("transformer.attention", "d로 나눔", expect="`√d`가 아니라 `d`로 나눕니다", typical=True)
def attention_by_d():
    return _attention(lambda scores, query, key: scores / query.shape[-1])


@wrong("transformer.attention", "키의 수로 나눔", expect="키의 수의 제곱근으로")
def attention_by_keys():
    return _attention(lambda scores, query, key: scores / float(key.shape[-2]) ** 0.5)


@wrong("transformer.attention", "√d를 곱함", expect="나누지 않고 곱합니다")
def attention_times():
    return _attention(lambda scores, query, key: scores * query.shape[-1] ** 0.5)


@wrong(
    "transformer.attention",
    "소프트맥스의 축이 질문",
    expect="소프트맥스를 질문의 축(`axis=-2`)으로",
    typical=True,
)
def attention_axis():
    return _attention(axis=-2)


@wrong("transformer.attention", "소프트맥스의 축이 맨 앞", expect="소프트맥스를 맨 앞 축(`axis=0`)")
def attention_first_axis():
    return _attention(axis=0)


@wrong("transformer.attention", "마스크를 거꾸로", expect="마스크를 거꾸로 썼습니다", typical=True)
def attention_upside_down():
    return _attention(mask=lambda scores, seen: tf.where(seen, -1e9, scores))


@wrong(
    "transformer.attention",
    "소프트맥스 다음에 마스크",
    expect="소프트맥스를 지난 다음에 마스크를",
    typical=True,
)
def attention_mask_after():
    def last(weights, value, mask):
        if mask is not None:
            weights = weights * tf.cast(mask, weights.dtype)
        return weights @ value

    return _attention(mask=lambda scores, seen: scores, last=last)


@wrong(
    "transformer.attention",
    "마스크를 1과 0으로 더함",
    expect="1과 0으로 바꾸어 점수에 더했습니다",
    typical=True,
)
def attention_mask_added():
    return _attention(mask=lambda scores, seen: scores + tf.cast(seen, scores.dtype))


@wrong(
    "transformer.attention",
    "마스크를 곱함",
    expect="가릴 자리의 점수를 0으로 바꾸었습니다",
    typical=True,
)
def attention_mask_times():
    return _attention(mask=lambda scores, seen: scores * tf.cast(seen, scores.dtype))


@wrong("transformer.attention", "마스크를 받기만 함", expect="`mask`를 쓰지 않습니다")
def attention_no_mask():
    return _attention(mask=lambda scores, seen: scores)


@wrong("transformer.attention", "exp를 그대로 나눔", expect="점수가 크면 `exp`가 무한대가 되어")
def attention_plain_exp():
    def attention(query, key, value, mask=None):
        weights = tf.exp(tf.matmul(query, key, transpose_b=True) / query.shape[-1] ** 0.5)
        if mask is not None:
            weights = weights * tf.cast(mask, weights.dtype)
        return weights / tf.reduce_sum(weights, axis=-1, keepdims=True) @ value

    return attention


@wrong("transformer.attention", "키를 전치하지 않음", expect="오류가 났습니다")
def attention_no_transpose():
    def attention(query, key, value, mask=None):
        return ops.softmax(ops.matmul(query, key)) @ value

    return attention


@wrong("transformer.attention", "축이 넷이면 틀림", expect="앞에 축이 더 있어도 됩니다")
def attention_three_axes():
    def attention(query, key, value, mask=None):
        scores = ops.matmul(query, ops.transpose(key)) / query.shape[-1] ** 0.5
        return ops.matmul(ops.softmax(scores), value)

    return attention


@wrong("transformer.attention", "비율만 돌려줌", expect="결과의 모양이")
def attention_weights_only():
    return _attention(last=lambda weights, value, mask: weights)


@wrong("transformer.attention", "비율까지 둘을 돌려줌", expect="결과가 1개여야 하는데 2개입니다")
def attention_two():
    return _attention(last=lambda weights, value, mask: (weights @ value, weights))


@wrong("transformer.attention", "돌려주지 않음", expect="아무것도 돌려주지 않습니다")
def attention_none():
    def attention(query, key, value, mask=None):
        ops.softmax(ops.matmul(query, ops.swapaxes(key, -1, -2)))

    return attention


# ---------------------------------------------------------------- 12-2 transformer.heads


def _attend(query, key, value, mask=None):
    scores = ops.matmul(query, ops.swapaxes(key, -1, -2)) / query.shape[-1] ** 0.5
    if mask is not None:
        scores = ops.where(mask, scores, -1e9)
    return ops.matmul(ops.softmax(scores), value)


@right("transformer.heads", "Dense 층 넷과 attention 함수, 값을 먼저 만듦")
def heads_of_dense():
    class MultiHead(layers.Layer):
        def __init__(self, heads, size, **kwargs):
            super().__init__(**kwargs)
            self.heads, self.size = heads, size
            self.value_layer = layers.Dense(heads * size)
            self.key_layer = layers.Dense(heads * size)
            self.query_layer = layers.Dense(heads * size)

        def build(self, input_shape):
            self.out = layers.Dense(input_shape[-1])

        def call(self, query, value=None, attention_mask=None, use_causal_mask=False):
            value = query if value is None else value

            def split(x):
                return ops.swapaxes(layers_reshape(x, self.heads, self.size), 1, 2)

            v = split(self.value_layer(value))
            k = split(self.key_layer(value))
            q = split(self.query_layer(query))
            mask = None if attention_mask is None else attention_mask[:, None]
            if use_causal_mask:
                count = ops.shape(k)[2]
                past = ops.tril(ops.ones((ops.shape(q)[2], count), dtype="bool"))
                mask = past if mask is None else ops.logical_and(mask, past)
            x = ops.swapaxes(_attend(q, k, v, mask), 1, 2)
            return self.out(ops.reshape(x, (-1, ops.shape(x)[1], self.heads * self.size)))

    def layers_reshape(x, heads, size):
        return ops.reshape(x, (-1, ops.shape(x)[1], heads, size))

    return MultiHead


@right("transformer.heads", "add_weight와 einsum, 커널에 머리의 축")
def heads_of_einsum():
    class MultiHead(layers.Layer):
        def __init__(self, heads, size, **kwargs):
            super().__init__(**kwargs)
            self.heads, self.size = heads, size

        def build(self, shape):
            width, one = shape[-1], (self.heads, self.size)
            self.kernels = [self.add_weight(shape=(width, *one), name=n) for n in "qkv"]
            self.biases = [self.add_weight(shape=one, name=f"{n}_bias") for n in "qkv"]
            self.kernel = self.add_weight(shape=(*one, width), name="kernel")
            self.bias = self.add_weight(shape=(width,), name="bias")

        def call(self, query, value=None, attention_mask=None, use_causal_mask=False):
            value = query if value is None else value
            q, k, v = (
                tf.einsum("ntd,dhk->nhtk", given, kernel) + bias[:, None]
                for given, kernel, bias in zip(
                    (query, value, value), self.kernels, self.biases, strict=True
                )
            )
            scores = tf.einsum("nhtk,nhsk->nhts", q, k) / self.size**0.5
            if attention_mask is not None:
                scores += (1.0 - tf.cast(attention_mask[:, tf.newaxis], tf.float32)) * -1e9
            if use_causal_mask:
                ones = tf.ones_like(scores[0, 0])
                scores -= 1e9 * (1 - tf.linalg.band_part(ones, -1, 0))
            x = tf.einsum("nhts,nhsk->nthk", tf.nn.softmax(scores), v)
            return tf.einsum("nthk,hkd->ntd", x, self.kernel) + self.bias

    return MultiHead


@right("transformer.heads", "안쪽에 keras.layers.MultiHeadAttention")
def heads_of_keras():
    class MultiHead(layers.Layer):
        def __init__(self, heads, size, **kwargs):
            super().__init__(**kwargs)
            self.inner = layers.MultiHeadAttention(num_heads=heads, key_dim=size)

        def call(self, query, value=None, attention_mask=None, use_causal_mask=False):
            value = query if value is None else value
            return self.inner(
                query, value, attention_mask=attention_mask, use_causal_mask=use_causal_mask
            )

    return MultiHead


@right("transformer.heads", "머리마다 잘라 리스트로, concatenate")
def heads_of_slices():
    class MultiHead(layers.Layer):
        def __init__(self, heads, size, **kwargs):
            super().__init__(**kwargs)
            self.heads, self.size = heads, size
            self.q, self.k, self.v = (layers.Dense(heads * size) for _ in range(3))

        def build(self, shape):
            self.out = layers.Dense(shape[-1])
            super().build(shape)

        def call(self, query, value=None, attention_mask=None, use_causal_mask=False):
            value = query if value is None else value
            q, k, v = self.q(query), self.k(value), self.v(value)
            mask = attention_mask
            if use_causal_mask:
                rows = ops.arange(ops.shape(q)[1])[:, None]
                past = rows >= ops.arange(ops.shape(k)[1])[None]
                mask = past[None] if mask is None else past[None] & mask
            found = []
            for head in range(self.heads):
                part = slice(head * self.size, (head + 1) * self.size)
                found.append(_attend(q[..., part], k[..., part], v[..., part], mask))
            return self.out(ops.concatenate(found, axis=-1))

    return MultiHead


def _heads(split=None, merge=None, scale=None, hide=None, past=None, output=True, keys=None):
    class MultiHead(layers.Layer):
        def __init__(self, heads, size, **kwargs):
            super().__init__(**kwargs)
            self.heads, self.size = heads, size
            self.q, self.k, self.v = (layers.Dense(heads * size) for _ in range(3))

        def build(self, shape):
            self.width = shape[-1]
            self.out = layers.Dense(shape[-1]) if output else None

        def parts(self, x):
            if split:
                return split(self, x)
            x = ops.reshape(x, (-1, x.shape[1], self.heads, self.size))
            return ops.transpose(x, (0, 2, 1, 3))

        def call(self, query, value=None, attention_mask=None, use_causal_mask=False):
            value = query if value is None else value
            q = self.parts(self.q(query))
            k = self.parts(self.k(query if keys == "query" else value))
            v = self.parts(self.v(value))
            divisor = scale(self) if scale else self.size**0.5
            scores = ops.matmul(q, ops.swapaxes(k, -1, -2)) / divisor
            if attention_mask is not None:
                seen = attention_mask[:, None]
                scores = hide(scores, seen) if hide else ops.where(seen, scores, -1e9)
            if use_causal_mask:
                rows, columns = ops.arange(q.shape[2])[:, None], ops.arange(k.shape[2])
                kept = past(rows, columns) if past else rows >= columns
                scores = ops.where(kept, scores, -1e9)
            x = ops.matmul(ops.softmax(scores), v)
            if merge is None:
                x = ops.transpose(x, (0, 2, 1, 3))
            x = ops.reshape(x, (-1, query.shape[1], self.heads * self.size))
            return self.out(x) if output else x

    return MultiHead


@wrong(
    "transformer.heads",
    "transpose 없이 reshape로 나눔",
    expect="`reshape`만으로 머리를 나누어 자리와 머리가 섞였습니다",
    typical=True,
)
def heads_reshape():
    return _heads(lambda self, x: ops.reshape(x, (-1, self.heads, x.shape[1], self.size)))


@wrong(
    "transformer.heads",
    "합칠 때 축을 되돌리지 않음",
    expect="머리를 합칠 때 축을 되돌리지 않고",
    typical=True,
)
def heads_merge():
    return _heads(merge="reshape")


@wrong(
    "transformer.heads",
    "나눌 때도 합칠 때도 reshape만",
    expect="`transpose` 없이 `reshape`만으로 머리를 나누고 합쳤습니다",
)
def heads_reshape_twice():
    return _heads(
        lambda self, x: ops.reshape(x, (-1, self.heads, x.shape[1], self.size)), merge="reshape"
    )


@wrong("transformer.heads", "점수를 나누지 않음", expect="점수를 나누지 않습니다", typical=True)
def heads_no_scale():
    return _heads(scale=lambda self: 1.0)


@wrong(
    "transformer.heads",
    "모든 머리의 크기로 나눔",
    expect="모든 머리의 크기(`heads * size`)의 제곱근으로",
    typical=True,
)
def heads_all_sizes():
    return _heads(scale=lambda self: (self.heads * self.size) ** 0.5)


@wrong("transformer.heads", "입력의 크기로 나눔", expect="입력의 크기 `D`의 제곱근으로")
def heads_width():
    return _heads(scale=lambda self: self.width**0.5)


@wrong(
    "transformer.heads", "인과 마스크가 한 칸 샘", expect="인과 마스크가 한 칸 샙니다", typical=True
)
def heads_leak():
    return _heads(past=lambda rows, columns: rows + 1 >= columns)


@wrong("transformer.heads", "자기 자리까지 가림", expect="인과 마스크가 자기 자리까지 가립니다")
def heads_strict():
    return _heads(past=lambda rows, columns: rows > columns)


@wrong(
    "transformer.heads", "인과 마스크가 거꾸로", expect="인과 마스크가 거꾸로입니다", typical=True
)
def heads_backwards():
    return _heads(past=lambda rows, columns: rows <= columns)


@wrong("transformer.heads", "인과 마스크를 쓰지 않음", expect="`use_causal_mask`를 쓰지 않습니다")
def heads_not_causal():
    return _heads(past=lambda rows, columns: rows >= 0 * columns)


@wrong("transformer.heads", "마스크를 쓰지 않음", expect="`attention_mask`를 쓰지 않습니다")
def heads_no_mask():
    return _heads(hide=lambda scores, seen: scores)


@wrong("transformer.heads", "마스크를 거꾸로", expect="`attention_mask`를 거꾸로 썼습니다")
def heads_upside_down():
    return _heads(hide=lambda scores, seen: ops.where(seen, -1e9, scores))


@wrong(
    "transformer.heads",
    "커널에 머리의 축을 두고 나누지 않음",
    expect="점수를 나누지 않습니다",
)
def heads_einsum_no_scale():
    class MultiHead(layers.Layer):
        def __init__(self, heads, size, **kwargs):
            super().__init__(**kwargs)
            rule, shape = "ntd,dhk->nhtk", (heads, None, size)
            self.parts = [layers.EinsumDense(rule, shape) for _ in range(3)]
            self.heads, self.size = heads, size

        def build(self, shape):
            one = (self.heads, self.size)
            self.biases = [self.add_weight(shape=one, name=f"bias{n}") for n in range(3)]
            self.out = layers.EinsumDense("nhtk,hkd->ntd", (None, shape[-1]), bias_axes="d")

        def call(self, query, value=None, attention_mask=None, use_causal_mask=False):
            value = query if value is None else value
            q, k, v = (
                part(given) + bias[:, None]
                for part, given, bias in zip(
                    self.parts, (query, value, value), self.biases, strict=True
                )
            )
            scores = ops.matmul(q, ops.swapaxes(k, -1, -2))
            if attention_mask is not None:
                scores = ops.where(attention_mask[:, None], scores, -1e9)
            if use_causal_mask:
                rows, columns = ops.arange(q.shape[2])[:, None], ops.arange(k.shape[2])
                scores = ops.where(rows >= columns, scores, -1e9)
            return self.out(ops.matmul(ops.softmax(scores), v))

    return MultiHead


@wrong("transformer.heads", "출력 층이 없음", expect="빠진 가중치가 있습니다", typical=True)
def heads_no_output():
    return _heads(output=False)


@wrong("transformer.heads", "층을 call에서 만듦", expect="층이 아는 가중치가 하나도 없습니다")
def heads_in_call():
    class MultiHead(layers.Layer):
        def __init__(self, heads, size, **kwargs):
            super().__init__(**kwargs)
            self.heads, self.size = heads, size

        def call(self, query, value=None, attention_mask=None, use_causal_mask=False):
            value = query if value is None else value
            return layers.MultiHeadAttention(self.heads, self.size)(query, value)

    return MultiHead


@wrong("transformer.heads", "use_causal_mask를 받지 않음", expect="use_causal_mask")
def heads_no_argument():
    class MultiHead(layers.Layer):
        def __init__(self, heads, size, **kwargs):
            super().__init__(**kwargs)
            self.inner = layers.MultiHeadAttention(heads, size)

        def call(self, query, value=None, attention_mask=None):
            value = query if value is None else value
            return self.inner(query, value, attention_mask=attention_mask)

    return MultiHead


# ------------------------------------------------------------ 12-3 transformer.positions


@right("transformer.positions", "Embedding 둘")
def positions_embeddings():
    class TokenAndPosition(layers.Layer):
        def __init__(self, vocabulary, length, size, **kwargs):
            super().__init__(**kwargs)
            self.position = layers.Embedding(length, size)
            self.token = layers.Embedding(vocabulary, size)

        def call(self, tokens):
            return self.token(tokens) + self.position(ops.arange(ops.shape(tokens)[1]))

    return TokenAndPosition


@right("transformer.positions", "add_weight와 take, 표를 잘라 씀")
def positions_weights():
    class TokenAndPosition(layers.Layer):
        def __init__(self, vocabulary, length, size, **kwargs):
            super().__init__(**kwargs)
            self.vocabulary, self.length, self.size = vocabulary, length, size

        def build(self, shape):
            self.tokens = self.add_weight(
                shape=(self.vocabulary, self.size), initializer="uniform", name="tokens"
            )
            self.places = self.add_weight(
                shape=(self.length, self.size), initializer="uniform", name="places"
            )

        def call(self, tokens):
            return ops.take(self.tokens, tokens, axis=0) + self.places[: ops.shape(tokens)[1]]

    return TokenAndPosition


@right("transformer.positions", "자리의 표를 0으로 시작")
def positions_zeros():
    class TokenAndPosition(layers.Layer):
        def __init__(self, vocabulary, length, size, **kwargs):
            super().__init__(**kwargs)
            self.token = layers.Embedding(vocabulary, size)
            self.places = self.add_weight(shape=(length, size), initializer="zeros")

        def call(self, tokens):
            return self.token(tokens) + self.places[: ops.shape(tokens)[1]]

    return TokenAndPosition


@right("transformer.positions", "tf.gather, 자리마다 번호를 만들어 배치만큼 되풀이")
def positions_gather():
    class TokenAndPosition(keras.Layer):
        def __init__(self, vocabulary, length, size, name=None, **kwargs):
            super().__init__(name=name, **kwargs)
            self.table = layers.Embedding(vocabulary, size)
            self.where = layers.Embedding(length, size)

        def call(self, tokens):
            places = tf.cumsum(tf.ones_like(tokens), axis=1) - 1
            return layers.Add()([self.table(tokens), self.where(places)])

    return TokenAndPosition


def _positions(call, tables=2):
    class TokenAndPosition(layers.Layer):
        def __init__(self, vocabulary, length, size, **kwargs):
            super().__init__(**kwargs)
            self.length, self.size = length, size
            self.token = layers.Embedding(vocabulary, size)
            if tables == 2:
                self.position = layers.Embedding(length, size)

        def build(self, shape):
            if tables == 2:
                self.position.build((None,))

    TokenAndPosition.call = call
    return TokenAndPosition


@wrong("transformer.positions", "자리의 벡터가 없음", expect="빠진 가중치가 있습니다", typical=True)
def positions_forgotten():
    return _positions(lambda self, tokens: self.token(tokens), tables=1)


@wrong(
    "transformer.positions",
    "자리의 벡터를 만들고 더하지 않음",
    expect="자리의 벡터를 더하지 않습니다",
    typical=True,
)
def positions_not_added():
    def call(self, tokens):
        self.position(tf.range(2))
        return self.token(tokens)

    return _positions(call)


@wrong(
    "transformer.positions",
    "곱함",
    expect="더하지 않고 곱합니다",
    typical=True,
)
def positions_multiplied():
    return _positions(
        lambda self, tokens: self.token(tokens) * self.position(ops.arange(ops.shape(tokens)[1]))
    )


@wrong("transformer.positions", "√size를 곱함", expect="`√size`를 곱합니다", typical=True)
def positions_scaled():
    return _positions(
        lambda self, tokens: (
            self.token(tokens) * self.size**0.5 + self.position(ops.arange(ops.shape(tokens)[1]))
        )
    )


@wrong(
    "transformer.positions",
    "그릴 때 정한 길이로 자름",
    expect="`ops.shape(입력)[1]`으로 알아내세요",
)
def positions_of_a_drawn_length():
    class TokenAndPosition(layers.Layer):
        def __init__(self, vocabulary, length, size, **kwargs):
            super().__init__(**kwargs)
            self.token = layers.Embedding(vocabulary, size)
            self.table = self.add_weight(shape=(length, size), name="table")

        def call(self, tokens):
            return self.token(tokens) + self.table[: tokens.shape[1]]

    return TokenAndPosition


@wrong("transformer.positions", "뒤에서부터 셈", expect="자리를 뒤에서부터 셉니다")
def positions_reversed():
    return _positions(
        lambda self, tokens: (
            self.token(tokens) + self.position(ops.arange(ops.shape(tokens)[1])[::-1])
        )
    )


@wrong(
    "transformer.positions",
    "배치의 번호를 자리로",
    expect="자리가 아니라 배치의 번호로",
    typical=True,
)
def positions_of_batch():
    return _positions(
        lambda self, tokens: (
            self.token(tokens) + self.position(ops.arange(ops.shape(tokens)[0]))[:, None]
        )
    )


@wrong(
    "transformer.positions",
    "토큰의 번호를 자리로",
    expect="자리가 아니라 토큰의 번호로",
    typical=True,
)
def positions_of_tokens():
    return _positions(
        lambda self, tokens: (
            self.token(tokens) + self.position(ops.minimum(tokens, self.length - 1))
        )
    )


@wrong("transformer.positions", "이어 붙임", expect="결과의 모양이")
def positions_concatenated():
    def call(self, tokens):
        token = self.token(tokens)
        place = self.position(ops.arange(ops.shape(tokens)[1]))
        return ops.concatenate([token, token * 0 + place], axis=-1)

    return _positions(call)


@wrong("transformer.positions", "길이가 length일 때만 됨", expect="더 짧은 글의 값")
def positions_full_only():
    return _positions(
        lambda self, tokens: self.token(tokens) + self.position(ops.arange(self.length))
    )


@wrong("transformer.positions", "훈련되지 않는 사인 곡선", expect="빠진 가중치가 있습니다")
def positions_sines():
    def call(self, tokens):
        places = np.arange(self.length)[:, None] / 10000 ** (np.arange(self.size) / self.size)
        table = tf.constant(np.sin(places), tf.float32)
        return self.token(tokens) + table[: tf.shape(tokens)[1]]

    return _positions(call, tables=1)


# ---------------------------------------------------------------- 12-4 transformer.block


def _block(
    flow=None,
    attend=None,
    rates=None,
    config=True,
    registered=True,
    kwargs=True,
    activation="relu",
    one_norm=False,
    **given,
):
    """Block. `flow(층, x, training, mask)`은 `call`입니다."""

    class Block(layers.Layer):
        def __init__(self, heads, size, hidden, rate=0.0, **kwargs):
            super().__init__(**kwargs)
            self.given = {"heads": heads, "size": size, "hidden": hidden, "rate": rate}
            self.norm1 = layers.LayerNormalization(**given)
            self.norm2 = self.norm1 if one_norm else layers.LayerNormalization(**given)
            self.attention = layers.MultiHeadAttention(heads, size)
            self.expand = layers.Dense(hidden, activation=activation)
            self.drop = layers.Dropout(rates if rates is not None else rate)

        def build(self, shape):
            self.contract = layers.Dense(shape[-1])

        def look(self, y, mask):
            if attend:
                return attend(self, y, mask)
            seen = None if mask is None else mask[:, None, :]
            return self.attention(y, y, attention_mask=seen, use_causal_mask=True)

        def think(self, y):
            return self.contract(self.expand(y))

        def call(self, x, training=None, mask=None):
            if flow:
                return flow(self, x, training, mask)
            x = x + self.drop(self.look(self.norm1(x), mask), training=training)
            return x + self.drop(self.think(self.norm2(x)), training=training)

        def get_config(self):
            return {**super().get_config(), **self.given} if config else super().get_config()

    return register(package="course")(Block) if registered else Block


@right("transformer.block", "keras.layers.MultiHeadAttention")
def block_keras():
    return _block()


@right("transformer.block", "문제 12-2의 MultiHead, Sequential인 순방향, epsilon이 다름")
def block_own():
    inner = heads_of_dense()

    @register(package="mine", name="OwnBlock")
    class Block(layers.Layer):
        def __init__(self, heads, size, hidden, rate=0.0, **kwargs):
            super().__init__(**kwargs)
            self.heads, self.size, self.hidden, self.rate = heads, size, hidden, rate
            self.attention = inner(heads, size)
            self.before_attention = layers.LayerNormalization(epsilon=1e-6)
            self.before_feed = layers.LayerNormalization(epsilon=1e-6)
            self.drop1, self.drop2 = layers.Dropout(rate), layers.Dropout(rate)

        def build(self, shape):
            self.feed = keras.Sequential(
                [layers.Dense(self.hidden), layers.ReLU(), layers.Dense(shape[-1])]
            )

        def call(self, x, training=None, mask=None):
            seen = None
            if mask is not None:
                seen = ops.repeat(ops.expand_dims(mask, 1), ops.shape(x)[1], axis=1)
            y = self.attention(self.before_attention(x), attention_mask=seen, use_causal_mask=True)
            x = layers.Add()([x, self.drop1(y, training=training)])
            y = self.feed(self.before_feed(x))
            return x + self.drop2(y, training=training)

        def get_config(self):
            config = super().get_config()
            config.update(heads=self.heads, size=self.size)
            config.update(hidden=self.hidden, rate=self.rate)
            return config

    return Block


@right("transformer.block", "가린 질문의 행까지 가리고, training을 넘기지 않음")
def block_masks_rows():
    def attend(self, y, mask):
        seen = None
        if mask is not None:
            seen = mask[:, None, :] & mask[:, :, None]
        return self.attention(y, y, attention_mask=seen, use_causal_mask=True)

    def flow(self, x, training, mask):
        x = x + self.drop(self.look(self.norm1(x), mask))
        return x + self.drop(self.think(self.norm2(x)))

    return _block(flow, attend)


@right("transformer.block", "인과 마스크를 직접 만듦, dropout 함수")
def block_own_mask():
    def attend(self, y, mask):
        past = ops.tril(ops.ones((1, y.shape[1], y.shape[1]), dtype="bool"))
        seen = past if mask is None else past & mask[:, None, :]
        return self.attention(y, y, attention_mask=seen)

    def flow(self, x, training, mask):
        def drop(y):
            rate = self.given["rate"]
            return tf.nn.dropout(y, rate) if training and rate else y

        x = x + drop(self.look(self.norm1(x), mask))
        return x + drop(self.think(self.norm2(x)))

    return _block(flow, attend)


@wrong("transformer.block", "더한 다음에 정규화", expect="(post-norm)", typical=True)
def block_post_norm():
    def flow(self, x, training, mask):
        x = self.norm1(x + self.drop(self.look(x, mask), training=training))
        return self.norm2(x + self.drop(self.think(x), training=training))

    return _block(flow)


@wrong(
    "transformer.block",
    "어텐션에 잔차 연결이 없음",
    expect="어텐션의 출력에 입력을 더하지 않습니다",
    typical=True,
)
def block_no_first():
    def flow(self, x, training, mask):
        x = self.drop(self.look(self.norm1(x), mask), training=training)
        return x + self.drop(self.think(self.norm2(x)), training=training)

    return _block(flow)


@wrong(
    "transformer.block",
    "순방향에 잔차 연결이 없음",
    expect="순방향 신경망의 출력에 그 입력을 더하지 않습니다",
    typical=True,
)
def block_no_second():
    def flow(self, x, training, mask):
        x = x + self.drop(self.look(self.norm1(x), mask), training=training)
        return self.drop(self.think(self.norm2(x)), training=training)

    return _block(flow)


@wrong("transformer.block", "정규화한 값을 더함", expect="정규화한 값을 더합니다", typical=True)
def block_normal_residual():
    def flow(self, x, training, mask):
        x = self.norm1(x)
        x = x + self.drop(self.look(x, mask), training=training)
        x = self.norm2(x)
        return x + self.drop(self.think(x), training=training)

    return _block(flow)


@wrong("transformer.block", "인과 마스크가 없음", expect="뒤의 자리까지 봅니다", typical=True)
def block_leaks():
    def attend(self, y, mask):
        seen = None if mask is None else mask[:, None, :]
        return self.attention(y, y, attention_mask=seen)

    return _block(attend=attend)


@wrong(
    "transformer.block", "패딩 마스크를 쓰지 않음", expect="`mask`를 쓰지 않습니다", typical=True
)
def block_no_mask():
    return _block(attend=lambda self, y, mask: self.attention(y, y, use_causal_mask=True))


@wrong("transformer.block", "gelu", expect="`relu`가 아니라 `gelu`입니다")
def block_gelu():
    return _block(activation="gelu")


@wrong("transformer.block", "정규화 층 하나를 두 번 씀", expect="빠진 가중치가 있습니다")
def block_one_norm():
    return _block(one_norm=True)


@wrong(
    "transformer.block",
    "드롭아웃이 늘 0.1",
    expect="훈련할 때만 두 곳에서 드롭아웃을 합니다",
)
def block_fixed_rate():
    return _block(rates=0.1)


@wrong("transformer.block", "드롭아웃을 한 곳에서만", expect="훈련 모드 출력이 흔들리는 정도가")
def block_one_dropout():
    def flow(self, x, training, mask):
        x = x + self.look(self.norm1(x), mask)
        return x + self.drop(self.think(self.norm2(x)), training=training)

    return _block(flow)


@wrong("transformer.block", "get_config에 인수가 없음", expect="`get_config`로 되살아납니다")
def block_no_config():
    return _block(config=False)


@wrong("transformer.block", "get_config에 rate가 없음", expect="되살린 층의 `rate`가")
def block_forgets_rate():
    made = _block()

    def get_config(self):
        config = layers.Layer.get_config(self) | self.given
        return {key: value for key, value in config.items() if key != "rate"}

    made.get_config = get_config
    return made


@wrong("transformer.block", "등록하지 않음", expect="register_keras_serializable")
def block_unregistered():
    return _block(registered=False)


# ------------------------------------------------------------- 12-5 transformer.generate


@right("transformer.generate", "넘파이의 난수, 정수의 리스트")
def generate_numpy():
    def generate(model, prompt, count, temperature=0.0, top_k=None, seed=None):
        random = np.random.default_rng(seed)
        tokens = list(prompt)
        for _ in range(count):
            logits = ops.convert_to_numpy(model(np.array([tokens[-40:]])))[0, -1]
            if temperature == 0:
                tokens.append(np.argmax(logits))
                continue
            chosen = np.argsort(logits)[-(top_k or len(logits)) :]
            weights = np.exp((logits[chosen] - logits.max()) / temperature).astype("float64")
            tokens.append(random.choice(chosen, p=weights / weights.sum()))
        return tokens

    return generate


@right("transformer.generate", "케라스의 시드 생성기, 텐서로 이어 붙임")
def generate_keras():
    def generate(model, prompt, count, temperature=0.0, top_k=None, seed=None):
        generator = keras.random.SeedGenerator(seed)
        tokens = ops.cast(ops.convert_to_tensor(prompt), "int32")[None]
        for _ in range(count):
            logits = model(tokens[:, -40:], training=False)[:, -1]
            if temperature > 0:
                if top_k:
                    lowest = ops.top_k(logits, top_k)[0][:, -1:]
                    logits = ops.where(logits < lowest, -1e9, logits)
                new = keras.random.categorical(logits / temperature, 1, seed=generator)
            else:
                new = ops.argmax(logits, axis=-1)[:, None]
            tokens = ops.concatenate([tokens, ops.cast(new, "int32")], axis=1)
        return ops.convert_to_numpy(tokens[0])

    return generate


@right("transformer.generate", "tf.random의 stateless 난수, 텐서를 돌려줌")
def generate_stateless():
    def generate(model, prompt, count, temperature=0.0, top_k=None, seed=None):
        tokens = [int(token) for token in prompt]
        for step in range(count):
            logits = model(tf.constant([tokens[-40:]]))[0, -1]
            if temperature == 0.0:
                tokens.append(int(tf.argmax(logits)))
                continue
            values, places = tf.math.top_k(logits, top_k or logits.shape[-1])
            drawn = tf.random.stateless_categorical(
                values[None] / temperature, 1, seed=[0 if seed is None else seed, step]
            )
            tokens.append(int(places[int(drawn[0, 0])]))
        return tf.constant(tokens)

    return generate


@right("transformer.generate", "전역 시드와 Gumbel 잡음")
def generate_gumbel():
    def generate(model, prompt, count, temperature=0.0, top_k=None, seed=None):
        if seed is not None:
            keras.utils.set_random_seed(seed)
        tokens = np.array(prompt)
        for _ in range(count):
            logits = np.array(model(tokens[None, -40:])[0, -1])
            if temperature:
                if top_k is not None:
                    logits[np.argsort(logits)[:-top_k]] = -1e9
                logits = logits / temperature + np.random.gumbel(size=logits.shape)
            tokens = np.append(tokens, logits.argmax())
        return tokens

    return generate


def _generate(
    seen=None,
    place=-1,
    scale=None,
    cut=None,
    choose=None,
    reseed=False,
    ignore_seed=False,
    keep=None,
    greedy=True,
):
    def generate(model, prompt, count, temperature=0.0, top_k=None, seed=None):
        random = np.random.default_rng(0 if ignore_seed else seed)
        tokens = [int(token) for token in prompt]
        for _ in range(count):
            given = seen(tokens) if seen else tokens[-40:]
            logits = np.array(model(np.array([given]))[0, place], "float64")
            if temperature == 0 and greedy:
                tokens.append(int(np.argmax(logits)))
                continue
            if reseed:
                random = np.random.default_rng(seed)
            if top_k is not None:
                most = cut(top_k) if cut else top_k
                if most:
                    logits[logits < np.sort(logits)[-most]] = -np.inf
            logits = logits - logits.max()
            logits = scale(logits, temperature) if scale else logits / (temperature or 1)
            weights = np.exp(logits)
            weights /= weights.sum()
            tokens.append(
                choose(random, weights) if choose else int(random.choice(len(weights), p=weights))
            )
        return keep(tokens, len(prompt)) if keep else tokens

    return generate


@wrong(
    "transformer.generate",
    "마지막 토큰만 넣음",
    expect="마지막 토큰 하나만 모델에 넣습니다",
    typical=True,
)
def generate_last_only():
    return _generate(lambda tokens: tokens[-1:])


@wrong("transformer.generate", "자르지 않음", expect="토큰을 40개까지 받는데", typical=True)
def generate_uncut():
    return _generate(lambda tokens: tokens)


@wrong("transformer.generate", "앞의 40개를 넣음", expect="앞의 40개를 넣습니다", typical=True)
def generate_first():
    return _generate(lambda tokens: tokens[:40])


@wrong("transformer.generate", "39개만 넣음", expect="40개보다 적게 넣습니다")
def generate_39():
    return _generate(lambda tokens: tokens[-39:])


@wrong("transformer.generate", "첫 자리의 로짓", expect="첫 자리의 로짓으로")
def generate_first_place():
    return _generate(place=0)


@wrong(
    "transformer.generate",
    "온도를 쓰지 않음",
    expect="온도가 1인 것처럼 뽑습니다",
    typical=True,
)
def generate_no_temperature():
    return _generate(scale=lambda logits, temperature: logits)


@wrong(
    "transformer.generate",
    "top_k를 주면 온도를 쓰지 않음",
    expect="`top_k`를 주고 `temperature=30`이면 온도가 1인 것처럼 뽑습니다",
)
def generate_no_temperature_in_top():
    def generate(model, prompt, count, temperature=0.0, top_k=None, seed=None):
        if top_k is not None and temperature:
            temperature = 1.0
        return _generate()(model, prompt, count, temperature, top_k, seed)

    return generate


@wrong("transformer.generate", "온도를 곱함", expect="온도를 곱한 것처럼 뽑습니다", typical=True)
def generate_times():
    return _generate(scale=lambda logits, temperature: logits * temperature)


@wrong("transformer.generate", "늘 가장 큰 것", expect="늘 가장 큰 로짓의 토큰을 고릅니다")
def generate_always_greedy():
    return _generate(choose=lambda random, weights: int(np.argmax(weights)))


@wrong("transformer.generate", "온도가 0인데 뽑음", expect="온도가 0이면 가장 큰 로짓을 고릅니다")
def generate_never_greedy():
    return _generate(greedy=False)


@wrong(
    "transformer.generate", "top_k를 쓰지 않음", expect="번째로 큰 토큰을 뽑았습니다", typical=True
)
def generate_no_top():
    return _generate(cut=lambda most: None)


@wrong("transformer.generate", "top_k보다 하나 더", expect="번째로 큰 토큰을 뽑았습니다")
def generate_one_more():
    return _generate(cut=lambda most: most + 1)


@wrong("transformer.generate", "top_k보다 하나 적게", expect="가운데에서만 뽑습니다", typical=True)
def generate_one_less():
    return _generate(cut=lambda most: max(most - 1, 1))


@wrong("transformer.generate", "토큰마다 같은 난수", expect="토큰마다 새 난수로 뽑으세요")
def generate_reseeded():
    return _generate(
        reseed=True, choose=lambda random, weights: int(np.argsort(weights)[random.integers(4)])
    )


@wrong("transformer.generate", "seed를 쓰지 않음", expect="`seed`가 같으면 같은 글")
def generate_no_seed():
    return _generate(choose=lambda random, weights: np.random.choice(len(weights), p=weights))


@wrong("transformer.generate", "seed가 늘 0", expect="`seed`가 달라도 같은 글이 나옵니다")
def generate_fixed_seed():
    return _generate(ignore_seed=True)


@wrong("transformer.generate", "만든 것만 돌려줌", expect="결과의 모양이", typical=True)
def generate_new_only():
    return _generate(keep=lambda tokens, start: tokens[start:])


@wrong("transformer.generate", "받은 prompt에 더함", expect="인수로 받은 리스트의 내용이 바뀝니다")
def generate_in_place():
    def generate(model, prompt, count, temperature=0.0, top_k=None, seed=None):
        found = _generate()(model, prompt, count, temperature, top_k, seed)
        if isinstance(prompt, list):
            prompt += found[len(prompt) :]
        return found

    return generate


# ---------------------------------------------------------------- 12-6 transformer.train


def _transformer(size=32, heads=2, causal=True, end=None):
    inputs = keras.Input((None,), dtype="int32")
    x = positions_embeddings()(167, 40, size)(inputs)
    y = layers.LayerNormalization()(x)
    x = x + layers.MultiHeadAttention(heads, 8)(y, y, use_causal_mask=causal)
    x = x + layers.Dense(size)(layers.Dense(32, "relu")(layers.LayerNormalization()(x)))
    return keras.Model(inputs, end(x) if end else layers.Dense(167)(x))


@right("transformer.train", "함수형, 훈련하기 전", trained=False)
def train_functional():
    return _transformer()


@right("transformer.train", "서브클래싱, 순환 신경망", trained=False)
def train_recurrent():
    class Model(keras.Model):
        def __init__(self):
            super().__init__()
            self.table = layers.Embedding(167, 16)
            self.memory = layers.GRU(16, return_sequences=True)
            self.out = layers.Dense(167)

        def call(self, tokens):
            return self.out(self.memory(self.table(tokens)))

    return Model()


@right("transformer.train", "순차형, 앞쪽만 보는 합성곱, 몇 스텝 훈련함", trained=False)
def train_convolution():
    model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            layers.Embedding(167, 16),
            layers.Conv1D(16, 3, padding="causal", activation="relu"),
            layers.Dense(167),
        ]
    )
    tokens = tf.random.uniform((4, 9), 0, 167, "int32")
    _steps(model, tokens[:, :-1], tokens[:, 1:], 2)
    return model


def _steps(model, x, y, count, rate=0.01):
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.Adam(rate)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)

    for _ in range(count):
        step()


@wrong("transformer.train", "인과 마스크가 없음", expect="뒤의 글자를 훔쳐봅니다", typical=True)
def train_leaks():
    return _transformer(causal=False)


@wrong(
    "transformer.train",
    "소프트맥스를 붙임",
    expect="로짓이 아니라 확률을 냅니다",
    typical=True,
)
def train_softmax():
    return _transformer(end=layers.Dense(167, "softmax"))


@wrong(
    "transformer.train",
    "마지막 자리만 냄",
    expect="모든 자리의 로짓을 내세요",
    typical=True,
)
def train_last_only():
    return _transformer(end=lambda x: layers.Dense(167)(x[:, -1]))


@wrong(
    "transformer.train",
    "글자의 수가 다름",
    expect="자리마다 글자의 수만큼 로짓이 나옵니다",
    typical=True,
)
def train_other_size():
    return _transformer(end=layers.Dense(100))


@wrong("transformer.train", "fit으로 훈련함", expect="`fit`을 부른 적이 있습니다", typical=True)
def train_fit():
    model = _transformer()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss)
    model.fit(np.zeros((4, 8), "int32"), np.zeros((4, 8), "int32"), verbose=0)
    return model


@wrong(
    "transformer.train",
    "타깃이 입력과 같음",
    expect="마지막 글자를 그대로 되풀이합니다",
    typical=True,
)
def train_itself():
    model = keras.Sequential(
        [keras.Input((None,), dtype="int32"), layers.Embedding(167, 64), layers.Dense(167)]
    )
    tokens = tf.range(167, dtype="int32")[None]
    _steps(model, tokens, tokens, 60, 0.03)
    return model


@wrong(
    "transformer.train",
    "길이가 40일 때만 받음",
    expect="다른 길이의 글에서는 되었습니다",
    typical=True,
)
def train_fixed_length():
    inputs = keras.Input((40,), dtype="int32")
    x = layers.Reshape((40, 32))(layers.Embedding(167, 32)(inputs))
    return keras.Model(inputs, layers.Dense(167)(x))


@wrong("transformer.train", "가중치가 NaN", expect="`NaN`이나 무한대가 있습니다")
def train_nan():
    model = _transformer()
    model.layers[-1].bias.assign(np.full(167, np.nan))
    return model


@wrong("transformer.train", "클래스를 넘김", expect="객체")
def train_class():
    class Model(keras.Model):
        pass

    return Model


# ---------------------------------------------------- 뒤에 더한 답: 한 가지만 다른 것들


@wrong(
    "transformer.heads",
    "길이가 다르면 뒤에서부터 맞추어 가림",
    expect="길이가 다를 때 질문과 키를 뒤에서부터 맞추어 가립니다",
)
def heads_past_from_the_end():
    return _heads(past=lambda rows, columns: rows - rows[-1] >= columns - columns[-1])


@wrong(
    "transformer.heads",
    "한 머리가 띄엄띄엄 가져감",
    expect="`heads`칸씩 건너뛰며 씁니다",
    never=("가중치가 그대로입니다",),
)
def heads_strided():
    def split(self, x):
        x = ops.reshape(x, (-1, x.shape[1], self.size, self.heads))
        return ops.transpose(x, (0, 3, 1, 2))

    return _heads(split=split)


@wrong(
    "transformer.heads",
    "use_causal_mask를 주지 않아도 가림",
    expect="`use_causal_mask`를 주지 않아도 뒤의 자리를 가립니다",
    never=("가중치가 그대로입니다",),
)
def heads_always_causal():
    class MultiHead(_heads()):
        def call(self, query, value=None, attention_mask=None, use_causal_mask=False):
            return super().call(query, value, attention_mask, True)

    return MultiHead


@right("transformer.heads", "커널 셋에 머리의 축, einsum, 마스크를 수로 바꾸어 더함")
def heads_of_raw_axes():
    class MultiHead(layers.Layer):
        def __init__(self, heads, size, **kwargs):
            super().__init__(**kwargs)
            self.heads, self.size = heads, size

        def build(self, shape):
            width, heads, size = shape[-1], self.heads, self.size
            self.kernels = [
                self.add_weight(shape=(width, heads, size), name=name) for name in "qkv"
            ]
            self.biases = [
                self.add_weight(shape=(heads, size), initializer="zeros", name=f"{name}_bias")
                for name in "qkv"
            ]
            self.last = self.add_weight(shape=(heads, size, width), name="out")
            self.last_bias = self.add_weight(shape=(width,), initializer="zeros", name="bias")

        def call(self, query, value=None, attention_mask=None, use_causal_mask=False):
            value = query if value is None else value
            q, k, v = (
                ops.einsum("ntd,dhz->nthz", x, kernel) + bias
                for x, kernel, bias in zip(
                    (query, value, value), self.kernels, self.biases, strict=True
                )
            )
            scores = ops.einsum("nthz,nshz->nhts", q, k) / self.size**0.5
            if attention_mask is not None:
                scores += (1 - ops.cast(attention_mask, "float32")[:, None]) * -1e9
            if use_causal_mask:
                square = ops.ones(ops.shape(scores)[2:])
                scores = ops.where(ops.tril(square) > 0, scores, -1e9)
            y = ops.einsum("nhts,nshz->nthz", ops.softmax(scores), v)
            return ops.einsum("nthz,hzd->ntd", y, self.last) + self.last_bias

    return MultiHead


@wrong(
    "transformer.positions",
    "정하지 않은 길이를 shape로 읽음",
    expect="`ops.shape(inputs)[1]`을 쓰세요",
)
def positions_static():
    class TokenAndPosition(layers.Layer):
        def __init__(self, vocabulary, length, size, **kwargs):
            super().__init__(**kwargs)
            self.token = layers.Embedding(vocabulary, size)
            self.position = layers.Embedding(length, size)

        def call(self, tokens):
            return self.token(tokens) + self.position(ops.arange(tokens.shape[1]))

    return TokenAndPosition


@right("transformer.positions", "원-핫 행렬과 곱하고, 자리는 잘라 씀")
def positions_one_hot():
    class TokenAndPosition(layers.Layer):
        def __init__(self, vocabulary, length, size, **kwargs):
            super().__init__(**kwargs)
            self.vocabulary, self.length, self.size = vocabulary, length, size

        def build(self, shape):
            self.words = self.add_weight(shape=(self.vocabulary, self.size))
            self.places = self.add_weight(shape=(self.length, self.size))

        def call(self, tokens):
            words = ops.one_hot(tokens, self.vocabulary) @ self.words
            return words + self.places[: ops.shape(tokens)[1]]

    return TokenAndPosition


def _own_block(inner=None, middle=None, seen=None, last=None, keep=None):
    """케라스의 어텐션으로 쓴 블록. 한 가지씩 바꿉니다."""

    @register(package="answers_more")
    class Block(layers.Layer):
        def __init__(self, heads, size, hidden, rate=0.0, **kwargs):
            super().__init__(**kwargs)
            self.own = {"heads": heads, "size": size, "hidden": hidden, "rate": rate}
            self.norm1, self.norm2 = layers.LayerNormalization(), layers.LayerNormalization()
            self.attention = layers.MultiHeadAttention(heads, size)
            self.expand = layers.Dense(hidden, activation="relu")
            self.dropout = layers.Dropout(rate)

        def build(self, input_shape):
            self.contract = layers.Dense(input_shape[-1], activation=last)

        def call(self, x, training=None, mask=None):
            y = self.norm1(x)
            masked = None if mask is None else (seen or (lambda m: m[:, None, :]))(mask)
            y_out = self.attention(y, y, attention_mask=masked, use_causal_mask=True)
            x = (y if keep == "norm" else x) + self.dropout(y_out, training=training)
            y = x if middle == "plain" else self.norm2(x)
            y = self.expand(y)
            if inner == "hidden":
                return x + self.contract(self.dropout(y, training=training))
            return x + self.dropout(self.contract(y), training=training)

        def get_config(self):
            return super().get_config() | self.own

    return Block


@wrong(
    "transformer.block",
    "은닉층 다음에 드롭아웃",
    expect="드롭아웃의 자리가 어텐션의 뒤와 두 번째 `Dense` 층의 뒤인지 보세요",
    never=("은닉층과 출력층 사이",),
)
def block_drops_hidden():
    return _own_block(inner="hidden")


@wrong("transformer.block", "마스크를 질문의 축에", expect="키가 아니라 질문의 축에 끼웠습니다")
def block_mask_on_rows():
    return _own_block(seen=lambda mask: mask[:, :, None])


@wrong(
    "transformer.block",
    "마지막 Dense에도 relu",
    expect="순방향 신경망의 마지막 `Dense` 층에 활성화 함수가 있습니다",
)
def block_last_relu():
    return _own_block(last="relu")


@wrong("transformer.block", "정규화한 값에 어텐션을 더함", expect="정규화한 값에 더합니다")
def block_adds_to_normal():
    return _own_block(keep="norm")


@wrong(
    "transformer.block",
    "두 번째 정규화를 쓰지 않음",
    expect="정규화 층이 2개여야 하는데 1개입니다",
    never=("편향을 빠뜨리지",),
)
def block_without_second_norm():
    return _own_block(middle="plain")


@wrong(
    "transformer.generate",
    "남긴 top_k개를 고르게 뽑음",
    expect="그 확률대로가 아니라 고르게 뽑습니다",
)
def generate_even_top():
    def generate(model, prompt, count, temperature=0.0, top_k=None, seed=None):
        random = np.random.default_rng(seed)
        tokens = [int(token) for token in prompt]
        for _ in range(count):
            logits = np.array(model(np.array([tokens[-40:]]))[0, -1], "float64")
            if temperature == 0:
                tokens.append(int(np.argmax(logits)))
            elif top_k:
                tokens.append(int(random.choice(np.argsort(logits)[-top_k:])))
            else:
                weights = np.exp((logits - logits.max()) / temperature)
                tokens.append(int(random.choice(len(logits), p=weights / weights.sum())))
        return tokens

    return generate


@wrong(
    "transformer.generate",
    "난수 생성기를 반복문 안에서 만듦",
    expect="거의 같은 토큰만 뽑습니다",
)
def generate_reseeded_inside():
    return _generate(reseed=True)


@wrong(
    "transformer.generate",
    "시드를 받지 않은 생성기",
    expect="같은 `seed`로 두 번 불렀는데 다른 글이 나옵니다",
    never=("값이 같은 배열을 받았을 때",),
)
def generate_unseeded():
    return _generate(choose=lambda random, weights: np.random.choice(len(weights), p=weights))


@wrong(
    "transformer.generate",
    "마지막에서 둘째 자리의 로짓",
    expect="온도가 0이면 가장 큰 로짓을 고릅니다",
    never=("번째로 큰 토큰을 뽑았습니다",),
)
def generate_second_last():
    return _generate(lambda tokens: tokens[-41:-1])


@wrong(
    "transformer.train",
    "로짓을 딕셔너리로 냄",
    expect="값이 1개인 `dict`를 돌려줍니다",
    never=("오류가 났습니다",),
)
def train_dictionary():
    model = _transformer()
    return keras.Model(model.inputs, {"logits": model.outputs[0]})


@wrong("transformer.train", "로짓과 확률을 함께 냄", expect="값이 2개인 `list`를 돌려줍니다")
def train_two_outputs():
    model = _transformer()
    return keras.Model(model.inputs, [model.outputs[0], layers.Softmax()(model.outputs[0])])


@wrong(
    "transformer.train",
    "타깃이 앞 글자",
    expect="보다도 훨씬 큽니다",
    never=("그레이디언트를 적용하는지",),
)
def train_previous():
    inputs = keras.Input((None,), dtype="int32")
    before = layers.ZeroPadding1D((1, 0))(layers.Embedding(167, 64)(inputs))
    model = keras.Model(inputs, layers.Dense(167)(layers.Cropping1D((0, 1))(before)))
    tokens = np.random.default_rng(1).integers(0, 167, (32, 80)).astype("int32")
    targets = np.concatenate([tokens[:, :1], tokens[:, :-1]], axis=1)
    _steps(model, tf.constant(tokens), tf.constant(targets), 60, 0.03)
    return model
