"""12 손으로 만드는 트랜스포머.

여기 없는 것: 글을 만드는 틀(`data.sentences`), 손실의 문턱을 읽는 일(`exercises.thresholds`), 어텐션의 그림(`figures.attention`).
"""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from autograder.exercises.draws import odd_sizes
from autograder.exercises.thresholds import loss_threshold
from autograder.judge.layer.looks import Dropped, Equal, Used
from autograder.kinds import (
    FunctionExercise,
    FunctionItem,
    LanguageExercise,
    LayerExercise,
    LayerItem,
    Mistake,
)
from autograder.observe.tabled import next_logits

# ------------------------------------------------------------------ 12-1 transformer.attention


def attention_reference():
    def attention(query, key, value, mask=None):
        size = query.shape[-1]
        scores = ops.matmul(query, ops.swapaxes(key, -1, -2)) / size**0.5
        if mask is not None:
            scores = ops.where(mask, scores, -1e9)
        weights = ops.softmax(scores, axis=-1)
        return ops.matmul(weights, value)

    return attention


def attention_cases(random):
    """길이와 크기가 모두 달라서 축을 헷갈리면 드러납니다. 가려야 할 자리의 값은 커서 새면 드러납니다."""
    rows, seen, size, width, heads = (
        int(n) for n in random.permutation(np.array([3, 4, 5, 6, 7]))[:5]
    )
    batch = 2

    def normal(*shape, scale=1.0):
        return (scale * random.normal(0, 1, shape)).astype("float32")

    causal = np.tril(np.ones((seen, seen), bool))
    words = random.randint(2, seen, batch)
    words[0] = seen - 1
    padding = (np.arange(seen) < words[:, None])[:, None, None, :]
    arrays = {
        "q": normal(rows, size, scale=1.5),
        "k": normal(seen, size, scale=1.5),
        "v": normal(seen, width),
        "q3": normal(batch, rows, size),
        "k3": normal(batch, seen, size),
        "v3": normal(batch, seen, width),
        "q4": normal(batch, heads, rows, size),
        "k4": normal(batch, heads, seen, size),
        "v4": normal(batch, heads, seen, width),
        "qs": normal(batch, seen, size),
        "vs": normal(batch, seen, width) + 10 * np.arange(seen, dtype="float32")[:, None],
        "causal": causal,
        "padding": padding,
        # 한 점수라도 언제나 `exp`의 한계(88)를 넘습니다.
        "big": normal(rows, size, scale=400.0),
    }
    arrays["v4"] += 10 * np.arange(seen, dtype="float32")[:, None]

    def call(query, key, value, mask=None):
        args = [{"tensor": name} for name in (query, key, value)]
        return {"args": args} | ({"kwargs": {"mask": {"tensor": mask}}} if mask else {})

    return [
        call("q", "k", "v"),
        call("q3", "k3", "v3"),
        call("q4", "k4", "v4"),
        call("qs", "k3", "vs", "causal"),
        call("q4", "k4", "v4", "padding"),
        call("big", "k", "v"),
    ], arrays


def _attention(score=None, axis=-1, mask="where", after=None):
    """점수를 구하는 법, 소프트맥스의 축, 마스크를 쓰는 법을 바꾼 어텐션."""

    def make():
        def attention(query, key, value, mask=None):
            scores = (
                score(query, key)
                if score
                else tf.matmul(query, key, transpose_b=True) / query.shape[-1] ** 0.5
            )
            if mask is not None and how == "where":
                scores = tf.where(mask, scores, -1e9)
            elif mask is not None and how == "upside down":
                scores = tf.where(mask, -1e9, scores)
            elif mask is not None and how == "added":
                scores = scores + tf.cast(mask, scores.dtype)
            elif mask is not None and how == "zero":
                scores = tf.where(mask, scores, 0.0)
            elif mask is not None and how == "times":
                scores = scores * tf.cast(mask, scores.dtype) - 1e-9
            weights = tf.nn.softmax(scores, axis=axis)
            if mask is not None and how == "after":
                weights = tf.where(mask, weights, 0.0)
            return after(weights, value) if after else tf.matmul(weights, value)

        return attention

    how = mask
    return make


def _plain_softmax():
    def attention(query, key, value, mask=None):
        scores = tf.exp(tf.matmul(query, key, transpose_b=True) / query.shape[-1] ** 0.5)
        if mask is not None:
            scores = tf.where(mask, scores, 0.0)
        weights = scores / tf.reduce_sum(scores, axis=-1, keepdims=True)
        return tf.matmul(weights, value)

    return attention


def _dot(query, key):
    return tf.matmul(query, key, transpose_b=True)


ATTENTION_MISTAKES = (
    Mistake(
        make=_attention(_dot),
        message="점수를 `√d`로 나누지 않습니다.",
        advice="`d`는 `query`의 마지막 축의 크기입니다. 소프트맥스에 넣기 전에 "
        "`query.shape[-1] ** 0.5`로 나누세요.",
    ),
    Mistake(
        make=_attention(lambda q, k: _dot(q, k) / q.shape[-1]),
        message="점수를 `√d`가 아니라 `d`로 나눕니다.",
        advice="`d`의 제곱근 `query.shape[-1] ** 0.5`로 나누세요.",
    ),
    Mistake(
        make=_attention(lambda q, k: _dot(q, k) / k.shape[-2] ** 0.5),
        message="점수를 `√d`가 아니라 키의 수의 제곱근으로 나눕니다.",
        advice="`d`는 마지막 축의 크기 `query.shape[-1]`입니다.",
    ),
    Mistake(
        make=_attention(lambda q, k: _dot(q, k) * q.shape[-1] ** 0.5),
        message="점수를 `√d`로 나누지 않고 곱합니다.",
        advice="곱하면 소프트맥스가 한 곳으로 쏠립니다. 나누세요.",
    ),
    Mistake(
        make=_attention(axis=-2),
        message="소프트맥스를 질문의 축(`axis=-2`)으로 했습니다.",
        advice="질문 하나가 키들에 나누어 주는 비율의 합이 1입니다. 키의 축은 마지막 축 `axis=-1`입니다.",
    ),
    Mistake(
        make=_attention(axis=0),
        message="소프트맥스를 맨 앞 축(`axis=0`)으로 했습니다.",
        advice="질문 하나가 키들에 나누어 주는 비율의 합이 1입니다. 키의 축은 마지막 축 `axis=-1`입니다.",
    ),
    Mistake(
        make=_attention(mask="upside down"),
        message="마스크를 거꾸로 썼습니다. 보아도 되는 자리를 가립니다.",
        advice="`mask`가 참인 자리는 보아도 됩니다. `ops.where(mask, scores, -1e9)`의 순서를 보세요.",
    ),
    Mistake(
        make=_attention(mask="after"),
        message="소프트맥스를 지난 다음에 마스크를 씌웠습니다. 남은 비율의 합이 1이 아닙니다.",
        advice="소프트맥스에 넣기 **전에** 점수를 `-1e9`처럼 아주 작은 수로 바꾸세요.",
    ),
    Mistake(
        make=_attention(mask="added"),
        message="참과 거짓을 1과 0으로 바꾸어 점수에 더했습니다. 가려야 할 자리가 그대로 보입니다.",
        advice="거짓인 자리의 점수를 `-1e9`로 바꾸세요: `ops.where(mask, scores, -1e9)`.",
    ),
    Mistake(
        make=_attention(mask="zero"),
        others=(_attention(mask="times"),),
        message="가릴 자리의 점수를 0으로 바꾸었습니다. 소프트맥스를 지나면 0이 아닙니다.",
        advice="`exp(0)`은 1입니다. 0이 아니라 `-1e9`처럼 아주 작은 수로 바꾸세요.",
    ),
    Mistake(
        make=_attention(mask="none"),
        message="`mask`를 쓰지 않습니다. 가려야 할 자리까지 봅니다.",
        advice="`mask`를 받았으면 거짓인 자리의 점수를 `-1e9`로 바꾸세요.",
    ),
    Mistake(
        make=_plain_softmax,
        message="점수가 크면 `exp`가 무한대가 되어 `NaN`이 나옵니다.",
        advice="`exp`를 직접 나누지 말고 `ops.softmax`를 쓰세요. 가장 큰 점수를 먼저 빼서 넘치지 않습니다.",
    ),
)

# ---------------------------------------------------------------------- 12-2 transformer.heads


def heads():
    class MultiHead(layers.Layer):
        def __init__(self, heads, size, **kwargs):
            super().__init__(**kwargs)
            self.heads, self.size = heads, size
            self.to_query = layers.Dense(heads * size)
            self.to_key = layers.Dense(heads * size)
            self.to_value = layers.Dense(heads * size)

        def build(self, query_shape):
            self.to_output = layers.Dense(query_shape[-1])

        def split(self, x):
            # (N, T, heads * size) → (N, heads, T, size)
            x = ops.reshape(x, (-1, ops.shape(x)[1], self.heads, self.size))
            return ops.transpose(x, (0, 2, 1, 3))

        def call(self, query, value=None, attention_mask=None, use_causal_mask=False):
            value = query if value is None else value
            q, k = self.split(self.to_query(query)), self.split(self.to_key(value))
            v = self.split(self.to_value(value))
            scores = ops.matmul(q, ops.transpose(k, (0, 1, 3, 2))) / self.size**0.5
            if attention_mask is not None:
                # 머리의 축을 끼웁니다: (N, T, S) → (N, 1, T, S)
                scores = ops.where(attention_mask[:, None], scores, -1e9)
            if use_causal_mask:
                rows, columns = ops.shape(scores)[2], ops.shape(scores)[3]
                past = ops.arange(rows)[:, None] >= ops.arange(columns)
                scores = ops.where(past, scores, -1e9)
            x = ops.matmul(ops.softmax(scores, axis=-1), v)
            x = ops.reshape(
                ops.transpose(x, (0, 2, 1, 3)), (-1, ops.shape(x)[2], self.heads * self.size)
            )
            return self.to_output(x)

    return {"MultiHead": MultiHead}


def heads_with_axes():
    """가중치에 머리의 축을 따로 두는 답: `keras.layers.MultiHeadAttention`의 가중치와 모양이 같습니다."""
    return _heads(axes=True)()


def _heads(
    split="transpose",
    scale=lambda heads, size, width: size**0.5,
    causal=lambda rows, columns: rows >= columns,
    mask="where",
    keys="value",
    merge="transpose",
    axis=-1,
    axes=False,
    always=False,
):
    """`heads`의 다른 답과 흔한 오해를 만듭니다. `axes`면 가중치에 머리의 축이 따로 있습니다."""

    def make():
        class MultiHead(layers.Layer):
            def __init__(self, heads, size, **kwargs):
                super().__init__(**kwargs)
                self.heads, self.size = heads, size
                if axes:
                    shape, rule = (None, heads, size), "ntd,dhk->nthk"
                    names = [layers.EinsumDense(rule, shape, bias_axes="hk") for _ in range(3)]
                else:
                    names = [layers.Dense(heads * size) for _ in range(3)]
                self.to_query, self.to_key, self.to_value = names

            def build(self, query_shape):
                width = self.width = query_shape[-1]
                self.to_output = (
                    layers.EinsumDense("nthk,hkd->ntd", (None, width), bias_axes="d")
                    if axes
                    else layers.Dense(width)
                )

            def split(self, x):
                shape = tf.shape(x)
                if split == "transpose":
                    x = tf.reshape(x, (shape[0], shape[1], self.heads, self.size))
                    return tf.transpose(x, (0, 2, 1, 3))
                flat = tf.reshape(x, (shape[0], shape[1], self.heads * self.size))
                if split == "reshape":
                    return tf.reshape(flat, (shape[0], self.heads, shape[1], self.size))
                # 머리 하나가 띄엄띄엄 가져갑니다.
                flat = tf.reshape(flat, (shape[0], shape[1], self.size, self.heads))
                return tf.transpose(flat, (0, 3, 1, 2))

            def call(self, query, value=None, attention_mask=None, use_causal_mask=False):
                value = query if value is None else value
                q = self.split(self.to_query(query))
                k = self.split(self.to_key(query if keys == "query" else value))
                v = self.split(self.to_value(query if keys == "both" else value))
                scores = tf.matmul(q, k, transpose_b=True)
                scores /= scale(self.heads, self.size, self.width)
                if attention_mask is not None and mask != "none":
                    seen = tf.cast(attention_mask, "bool")[:, None]
                    seen = ~seen if mask == "upside down" else seen
                    scores = tf.where(seen, scores, -1e9)
                if (use_causal_mask or always) and causal is not None:
                    rows, columns = tf.shape(scores)[2], tf.shape(scores)[3]
                    past = causal(tf.range(rows)[:, None], tf.range(columns)[None])
                    scores = tf.where(past, scores, -1e9)
                x = tf.matmul(tf.nn.softmax(scores, axis=axis), v)
                shape = tf.shape(x)
                if merge == "transpose":
                    x = tf.transpose(x, (0, 2, 1, 3))
                elif merge == "strided":
                    x = tf.transpose(x, (0, 2, 3, 1))
                x = tf.reshape(x, (shape[0], shape[2], self.heads, self.size))
                if not axes:
                    x = tf.reshape(x, (shape[0], shape[2], self.heads * self.size))
                return self.to_output(x)

        return {"MultiHead": MultiHead}

    return make


def _both(**slip):
    """가중치의 모양이 어느 쪽이든 같은 오해."""
    return {"make": _heads(**slip), "others": (_heads(**slip, axes=True),)}


HEADS_MISTAKES = (
    Mistake(
        **_both(split="reshape"),
        message="`reshape`만으로 머리를 나누어 자리와 머리가 섞였습니다.",
        advice="`(N, T, heads, size)`로 나눈 **다음** `transpose`로 머리의 축을 앞으로 옮기세요: "
        "`ops.transpose(x, (0, 2, 1, 3))`.",
    ),
    Mistake(
        **_both(merge="reshape"),
        message="머리를 합칠 때 축을 되돌리지 않고 `reshape`했습니다.",
        advice="`(N, heads, T, size)`를 먼저 `ops.transpose(x, (0, 2, 1, 3))`로 되돌린 다음 합치세요.",
    ),
    Mistake(
        **_both(split="strided"),
        message="머리 하나가 `size`개를 이어서 쓰지 않고 `heads`칸씩 건너뛰며 씁니다.",
        advice="`(N, T, size, heads)`가 아니라 `(N, T, heads, size)`로 나누세요.",
    ),
    Mistake(
        **_both(merge="strided"),
        message="머리를 합칠 때 머리의 차례대로 잇지 않고 값을 번갈아 늘어놓습니다.",
        advice="`(N, heads, T, size)`를 `ops.transpose(x, (0, 2, 1, 3))`로 바꾼 다음 합치세요.",
    ),
    Mistake(
        **_both(split="reshape", merge="reshape"),
        message="`transpose` 없이 `reshape`만으로 머리를 나누고 합쳤습니다.",
        advice="`(N, T, heads, size)`로 나눈 다음 `ops.transpose(x, (0, 2, 1, 3))`로 머리의 축을 "
        "앞으로 옮기고, 합칠 때는 거꾸로 하세요.",
    ),
    Mistake(
        **_both(scale=lambda heads, size, width: 1.0),
        message="점수를 나누지 않습니다.",
        advice="머리 하나의 크기 `size`의 제곱근으로 나누세요.",
    ),
    Mistake(
        **_both(scale=lambda heads, size, width: (heads * size) ** 0.5),
        message="점수를 머리 하나가 아니라 모든 머리의 크기(`heads * size`)의 제곱근으로 나눕니다.",
        advice="점수는 머리마다 따로 구하므로 머리 하나의 크기 `size`의 제곱근으로 나누세요.",
    ),
    Mistake(
        **_both(scale=lambda heads, size, width: width**0.5),
        message="점수를 입력의 크기 `D`의 제곱근으로 나눕니다.",
        advice="점수는 머리마다 따로 구하므로 머리 하나의 크기 `size`의 제곱근으로 나누세요.",
    ),
    Mistake(
        **_both(scale=lambda heads, size, width: float(size)),
        message="점수를 `size`로 나눕니다.",
        advice="`size`의 제곱근으로 나누세요: `self.size**0.5`.",
    ),
    Mistake(
        **_both(axis=-2),
        message="소프트맥스를 질문의 축(`axis=-2`)으로 했습니다.",
        advice="키의 축은 마지막 축 `axis=-1`입니다.",
    ),
    Mistake(
        **_both(causal=lambda rows, columns: rows > columns),
        message="인과 마스크가 자기 자리까지 가립니다.",
        advice="자기 자리와 그 앞을 봅니다. `>`가 아니라 `>=`입니다.",
    ),
    Mistake(
        **_both(causal=lambda rows, columns: rows <= columns),
        message="인과 마스크가 거꾸로입니다. 앞을 가리고 뒤를 봅니다.",
        advice="질문의 자리가 키의 자리보다 크거나 같을 때 봅니다.",
    ),
    Mistake(
        **_both(causal=lambda rows, columns: rows + 1 >= columns),
        message="인과 마스크가 한 칸 샙니다. 바로 다음 자리까지 봅니다.",
        advice="질문의 자리가 키의 자리보다 크거나 같을 때만 봅니다.",
    ),
    Mistake(
        **_both(causal=lambda rows, columns: rows - rows[-1] >= columns - columns[:, -1]),
        message="길이가 다를 때 질문과 키를 뒤에서부터 맞추어 가립니다.",
        advice="앞에서부터 셉니다. `t`번째 질문은 `t`번째까지의 키만 봅니다.",
    ),
    Mistake(
        **_both(always=True),
        message="`use_causal_mask`를 주지 않아도 뒤의 자리를 가립니다.",
        advice="`use_causal_mask`가 참일 때만 가리세요.",
    ),
    Mistake(
        **_both(causal=None),
        message="`use_causal_mask`를 쓰지 않습니다. 뒤의 자리까지 봅니다.",
        advice="참이면 질문의 자리보다 뒤에 있는 키의 점수를 `-1e9`로 바꾸세요.",
    ),
    Mistake(
        **_both(mask="none"),
        message="`attention_mask`를 쓰지 않습니다. 가려야 할 자리까지 봅니다.",
        advice="거짓인 자리의 점수를 `-1e9`로 바꾸세요. 머리의 축은 `attention_mask[:, None]`으로 끼웁니다.",
    ),
    Mistake(
        **_both(mask="upside down"),
        message="`attention_mask`를 거꾸로 썼습니다. 보아도 되는 자리를 가립니다.",
        advice="참인 자리는 보아도 됩니다.",
    ),
)


def heads_objects(random):
    rows, seen, width = (int(n) for n in random.permutation(np.array([4, 5, 6]))[:3])
    heads, size = (int(n) for n in random.permutation(np.array([2, 3, 4]))[:2])
    if heads * size == width:
        width += 1
    batch = 3

    def normal(*shape):
        return random.normal(0, 1.5, shape).astype("float32")

    words = np.array([seen, *random.randint(1, seen, batch - 1)])
    padding = np.arange(seen) < words[:, None]
    arrays = {
        "x": normal(batch, rows, width),
        "y": normal(batch, seen, width),
        "one": normal(1, seen, width),
        "padding": np.repeat(padding[:, None], rows, axis=1),
        "own": np.repeat(padding[:, None], seen, axis=1),
    }

    def call(name, **more):
        more = {
            key: {"value": item} if item is True else {"tensor": item} for key, item in more.items()
        }
        return {"inputs": {"tensor": name}} | ({"more": more} if more else {})

    both = [{"tensor": "y"}, {"tensor": "one"}]
    objects = [
        {
            "args": [heads, size],
            "calls": [
                call("x", value="x"),
                call("x"),
                call("one"),
                call("x", value="y"),
                call("y", use_causal_mask=True),
                call("x", value="y", attention_mask="padding"),
                call("y", attention_mask="own", use_causal_mask=True),
                # 길이가 다르면 `t`번째 질문과 `t`번째 키를 맞추는 법이 드러납니다.
                call("x", value="y", use_causal_mask=True),
            ],
            "uses": [
                {"use": "symbolic", "shape": [seen, width]},
                {"use": "model", "inputs": both, "head": 2, "style": "functional", "train": True},
            ],
        },
        {"kwargs": {"heads": 1, "size": size + 1}, "calls": [call("y")]},
    ]
    return objects, arrays


# ------------------------------------------------------------------ 12-3 transformer.positions


def positions():
    class TokenAndPosition(layers.Layer):
        def __init__(self, vocabulary, length, size, **kwargs):
            super().__init__(**kwargs)
            self.token = layers.Embedding(vocabulary, size)
            self.position = layers.Embedding(length, size)

        def call(self, tokens):
            places = ops.arange(ops.shape(tokens)[1])
            return self.token(tokens) + self.position(places)

    return {"TokenAndPosition": TokenAndPosition}


def _positions(places=tf.range, join=tf.add):
    """`places(T)`의 자리를 쓰고 `join`으로 합치는 층."""

    def make():
        class TokenAndPosition(layers.Layer):
            def __init__(self, vocabulary, length, size, **kwargs):
                super().__init__(**kwargs)
                self.length, self.size = length, size
                self.token = layers.Embedding(vocabulary, size)
                self.position = layers.Embedding(length, size)

            def call(self, tokens):
                self.position(tf.range(1))
                place = self.position(places(tf.shape(tokens)[1]) % self.length)
                return join(self.token(tokens), place)

        return {"TokenAndPosition": TokenAndPosition}

    return make


def _positions_of_batch():
    class TokenAndPosition(layers.Layer):
        def __init__(self, vocabulary, length, size, **kwargs):
            super().__init__(**kwargs)
            self.token = layers.Embedding(vocabulary, size)
            self.position = layers.Embedding(length, size)

        def call(self, tokens):
            places = tf.range(tf.shape(tokens)[0])
            return self.token(tokens) + self.position(places)[:, None]

    return {"TokenAndPosition": TokenAndPosition}


def _positions_of_tokens():
    class TokenAndPosition(layers.Layer):
        def __init__(self, vocabulary, length, size, **kwargs):
            super().__init__(**kwargs)
            self.length = length
            self.token = layers.Embedding(vocabulary, size)
            self.position = layers.Embedding(length, size)

        def call(self, tokens):
            return self.token(tokens) + self.position(tf.minimum(tokens, self.length - 1))

    return {"TokenAndPosition": TokenAndPosition}


POSITIONS_MISTAKES = (
    Mistake(
        make=_positions(join=lambda token, place: token),
        message="자리의 벡터를 더하지 않습니다. 같은 토큰은 어느 자리에서나 같은 벡터입니다.",
        advice="토큰의 벡터에 자리의 벡터를 더하세요: `self.token(tokens) + self.position(places)`.",
    ),
    Mistake(
        make=_positions(join=lambda token, place: tf.zeros_like(token) + place),
        message="토큰의 벡터를 더하지 않습니다. 어느 글이든 같은 값이 나옵니다.",
        advice="토큰의 벡터에 자리의 벡터를 더하세요: `self.token(tokens) + self.position(places)`.",
    ),
    Mistake(
        make=_positions(join=tf.multiply),
        message="토큰의 벡터와 자리의 벡터를 더하지 않고 곱합니다.",
        advice="더하세요: `self.token(tokens) + self.position(places)`.",
    ),
    Mistake(
        make=_positions(join=lambda token, place: token * float(token.shape[-1]) ** 0.5 + place),
        message="토큰의 벡터에 `√size`를 곱합니다.",
        advice="처음의 트랜스포머는 곱하지만 여기서는 곱하지 않고 그대로 더합니다.",
    ),
    Mistake(
        make=_positions(places=lambda count: tf.range(1, count + 1)),
        message="자리를 1부터 셉니다.",
        advice="자리는 0부터 셉니다: `ops.arange(T)`. 1부터 세면 마지막 자리는 표에 없습니다.",
    ),
    Mistake(
        make=_positions(places=lambda count: tf.range(count - 1, -1, -1)),
        message="자리를 뒤에서부터 셉니다.",
        advice="맨 앞이 0입니다: `ops.arange(T)`.",
    ),
    Mistake(
        make=_positions_of_batch,
        message="자리가 아니라 배치의 번호로 벡터를 골랐습니다.",
        advice="`tokens`의 모양은 `(N, T)`이고, 자리의 수는 `ops.shape(tokens)[1]`입니다.",
    ),
    Mistake(
        make=_positions_of_tokens,
        message="자리가 아니라 토큰의 번호로 자리의 벡터를 골랐습니다.",
        advice="`self.position`에는 `tokens`가 아니라 `ops.arange(T)`를 넣으세요.",
    ),
)


def positions_objects(random):
    (length,), vocabulary = odd_sizes(random, 6, 10, 1), 11
    size, other = odd_sizes(random, 3, 8, 2)
    longer = length + 6
    batch = int(random.randint(3, 5))

    def tokens(*shape):
        return random.randint(0, vocabulary, shape).astype("int32")

    arrays = {
        "x": tokens(batch, length),
        "short": tokens(batch, length - 3),
        "one": tokens(1, 1),
        "same": np.full((2, length), random.randint(vocabulary), "int32"),
        "long": tokens(2, longer),
    }
    # 가장 큰 번호까지 표에 있어야 합니다.
    arrays["x"][0, -1] = vocabulary - 1
    calls = [{"inputs": {"tensor": name}} for name in ("x", "short", "one", "same")]
    both = [{"tensor": "x"}, {"tensor": "short"}]
    objects = [
        {
            "args": [vocabulary, length, size],
            "calls": calls,
            "uses": [
                {"use": "symbolic", "shape": [None], "dtype": "int32"},
                {
                    "use": "model",
                    "inputs": both,
                    "shape": [None],
                    "head": 2,
                    "style": "functional",
                    "train": True,
                },
            ],
        },
        {
            # 두 표의 모양이 언제나 다릅니다(모양이 같으면 어느 것이 자리의 표인지 모릅니다).
            "kwargs": {"vocabulary": vocabulary + 3, "length": longer, "size": other},
            "calls": [{"inputs": {"tensor": "long"}}],
        },
    ]
    return objects, arrays


# ---------------------------------------------------------------------- 12-4 transformer.block


def block():
    @keras.saving.register_keras_serializable(package="course")
    class Block(layers.Layer):
        def __init__(self, heads, size, hidden, rate=0.0, **kwargs):
            super().__init__(**kwargs)
            self.heads, self.size, self.hidden, self.rate = heads, size, hidden, rate
            self.norm1, self.norm2 = layers.LayerNormalization(), layers.LayerNormalization()
            self.attention = layers.MultiHeadAttention(heads, size)
            self.expand = layers.Dense(hidden, activation="relu")
            self.dropout = layers.Dropout(rate)

        def build(self, input_shape):
            self.contract = layers.Dense(input_shape[-1])

        def call(self, x, training=None, mask=None):
            seen = None if mask is None else mask[:, None, :]
            y = self.norm1(x)
            y = self.attention(y, y, attention_mask=seen, use_causal_mask=True)
            x = x + self.dropout(y, training=training)
            y = self.contract(self.expand(self.norm2(x)))
            return x + self.dropout(y, training=training)

        def get_config(self):
            return {
                **super().get_config(),
                "heads": self.heads,
                "size": self.size,
                "hidden": self.hidden,
                "rate": self.rate,
            }

    return {"Block": Block}


def block_of_dense():
    """문제 12-2의 `MultiHead`로 쓴 답: 어텐션의 커널에 머리의 축이 따로 없습니다."""
    return _block()()


def _block(flow=None, axes=False, causal=True, mask="keys", activation="relu", last=None):
    """`block`의 다른 답과 흔한 오해를 만듭니다. `flow(층, 어텐션, 순방향, 입력)`은 두 길을 잇는 법입니다."""
    attend = _heads(axes=axes)()["MultiHead"]

    def make():
        @keras.saving.register_keras_serializable(package="course")
        class Block(layers.Layer):
            def __init__(self, heads, size, hidden, rate=0.0, **kwargs):
                super().__init__(**kwargs)
                self.heads, self.size, self.hidden, self.rate = heads, size, hidden, rate
                self.norm1, self.norm2 = layers.LayerNormalization(), layers.LayerNormalization()
                self.attention = attend(heads, size)
                self.expand = layers.Dense(hidden, activation=activation)
                self.dropout = layers.Dropout(rate)

            def build(self, input_shape):
                self.contract = layers.Dense(input_shape[-1], activation=last)

            def call(self, x, training=None, mask=None):
                def attend(y):
                    seen = None if mask is None or how == "none" else mask[:, None, :]
                    seen = ~seen if seen is not None and how == "upside down" else seen
                    seen = mask[:, :, None] if seen is not None and how == "rows" else seen
                    y = self.attention(y, y, seen, use_causal_mask=causal)
                    return self.dropout(y, training=training)

                def think(y):
                    return self.dropout(self.contract(self.expand(y)), training=training)

                if flow:
                    return flow(self, attend, think, x)
                x = x + attend(self.norm1(x))
                return x + think(self.norm2(x))

            def get_config(self):
                own = {"heads": self.heads, "size": self.size, "hidden": self.hidden}
                return {**super().get_config(), **own, "rate": self.rate}

        return {"Block": Block}

    how = mask
    return make


def _post_norm(block, attend, think, x):
    x = block.norm1(x + attend(x))
    return block.norm2(x + think(x))


def _no_first_residual(block, attend, think, x):
    x = attend(block.norm1(x))
    return x + think(block.norm2(x))


def _no_second_residual(block, attend, think, x):
    x = x + attend(block.norm1(x))
    return think(block.norm2(x))


def _no_residual(block, attend, think, x):
    return think(block.norm2(attend(block.norm1(x))))


def _normal_residual(block, attend, think, x):
    x = block.norm1(x)
    x = x + attend(x)
    x = block.norm2(x)
    return x + think(x)


def _normal_first(block, attend, think, x):
    x = block.norm1(x)
    x = x + attend(x)
    return x + think(block.norm2(x))


def _side_by_side(block, attend, think, x):
    return x + attend(block.norm1(x)) + think(block.norm2(x))


def _norm_after(block, attend, think, x):
    x = x + block.norm1(attend(x))
    return x + block.norm2(think(x))


def _think_first(block, attend, think, x):
    x = x + think(block.norm2(x))
    return x + attend(block.norm1(x))


def _only_attention(block, attend, think, x):
    x = x + attend(block.norm1(x))
    think(block.norm2(x))
    return x


def _each(**slip):
    return {"make": _block(**slip, axes=True), "others": (_block(**slip),)}


PRE_NORM = "`x = x + 어텐션(norm1(x))` 다음에 `x = x + 순방향(norm2(x))`입니다."
BLOCK_MISTAKES = (
    Mistake(
        **_each(flow=_post_norm),
        message="더한 다음에 정규화합니다(post-norm).",
        advice=f"정규화는 어텐션과 순방향 신경망에 넣기 **전에** 합니다. {PRE_NORM}",
    ),
    Mistake(
        **_each(flow=_no_first_residual),
        message="어텐션의 출력에 입력을 더하지 않습니다(잔차 연결이 없습니다).",
        advice=PRE_NORM,
    ),
    Mistake(
        **_each(flow=_no_second_residual),
        message="순방향 신경망의 출력에 그 입력을 더하지 않습니다(잔차 연결이 없습니다).",
        advice=PRE_NORM,
    ),
    Mistake(
        **_each(flow=_no_residual),
        message="잔차 연결이 둘 다 없습니다.",
        advice=PRE_NORM,
    ),
    Mistake(
        **_each(flow=_normal_residual),
        message="정규화한 값을 더합니다. 입력 `x` 그대로를 더해야 합니다.",
        advice=f"정규화한 값은 다른 이름에 담으세요. {PRE_NORM}",
    ),
    Mistake(
        **_each(flow=_norm_after),
        message="정규화를 어텐션과 순방향 신경망의 출력에 합니다.",
        advice=f"정규화는 넣기 **전에** 합니다. {PRE_NORM}",
    ),
    Mistake(
        **_each(flow=_side_by_side),
        message="순방향 신경망이 어텐션을 더하기 전의 `x`를 받습니다.",
        advice=f"차례로 합니다. {PRE_NORM}",
    ),
    Mistake(
        **_each(flow=_think_first),
        message="순방향 신경망을 어텐션보다 먼저 지납니다.",
        advice=PRE_NORM,
    ),
    Mistake(
        **_each(flow=_only_attention),
        message="순방향 신경망의 출력을 쓰지 않습니다.",
        advice=PRE_NORM,
    ),
    Mistake(
        **_each(causal=False),
        message="뒤의 자리까지 봅니다. 인과 마스크가 없습니다.",
        advice="어텐션을 `use_causal_mask=True`로 부르세요.",
    ),
    Mistake(
        **_each(mask="none"),
        message="`mask`를 쓰지 않습니다. 채워 넣은 자리까지 봅니다.",
        advice="`attention_mask=mask[:, None, :]`로 어텐션에 넘기세요. 가운데 축은 질문의 자리입니다.",
    ),
    Mistake(
        **_each(mask="upside down"),
        message="`mask`를 거꾸로 썼습니다. 진짜 토큰을 가립니다.",
        advice="참인 자리가 진짜 토큰입니다.",
    ),
    Mistake(
        **_each(mask="rows"),
        message="`mask`를 키가 아니라 질문의 축에 끼웠습니다. 채워 넣은 자리를 다른 자리가 그대로 봅니다.",
        advice="가운데 축이 질문, 마지막 축이 키입니다: `mask[:, None, :]`.",
    ),
    Mistake(
        **_each(last="relu"),
        message="순방향 신경망의 마지막 `Dense` 층에 활성화 함수가 있습니다.",
        advice="은닉층에만 `relu`를 줍니다. 마지막은 `layers.Dense(D)`입니다.",
    ),
    Mistake(
        **_each(flow=_normal_first),
        message="어텐션을 더할 때 정규화한 값에 더합니다. 입력 `x` 그대로에 더해야 합니다.",
        advice=f"정규화한 값은 다른 이름에 담으세요. {PRE_NORM}",
    ),
    Mistake(
        **_each(activation=None),
        message="순방향 신경망의 은닉층에 활성화 함수가 없습니다.",
        advice="`layers.Dense(hidden, activation='relu')`로 만드세요.",
    ),
    Mistake(
        **_each(activation="gelu"),
        message="순방향 신경망의 활성화 함수가 `relu`가 아니라 `gelu`입니다.",
        advice="`layers.Dense(hidden, activation='relu')`로 만드세요.",
    ),
)


def block_objects(random):
    length = int(random.randint(5, 8))
    # 길이와 달라야 축을 헷갈린 것이 드러납니다.
    width = int(random.choice([9, 10, 11]))
    heads, size = (int(n) for n in random.permutation(np.array([2, 3, 4]))[:2])
    hidden = int(random.choice([5, 13, 17]))
    batch = 3

    def normal(*shape):
        # 값이 커서 층 정규화의 epsilon이 무엇이든 같습니다.
        return (6 * random.normal(0, 1, shape)).astype("float32")

    # 뒤를 채운 글에서는 인과 마스크만으로 채운 자리가 가려지므로, 앞을 채웁니다.
    filled = np.array([2, *random.randint(1, length - 1, batch - 1)])
    row = 0.8 * random.normal(0, 1, (1, 2, width))
    arrays = {
        "x": normal(batch, length, width),
        "one": normal(1, length - 2, width),
        "mask": np.arange(length) >= filled[:, None],
        "rows": np.repeat(row, 700, axis=0).astype("float32"),
    }
    x, one = {"tensor": "x"}, {"tensor": "one"}
    rows = {"inputs": {"tensor": "rows"}, "training": True}
    shape = [length, width]
    inside = {"use": "model", "inputs": [x, {"tensor": "x"}], "shape": shape}
    objects = [
        {
            "args": [heads, size, hidden],
            "calls": [
                {"inputs": x, "training": False},
                {"inputs": one, "training": None},
                {"inputs": x, "training": False, "mask": {"tensor": "mask"}},
                {"inputs": x, "training": True},
            ],
            "uses": [
                {"use": "symbolic", "shape": shape},
                inside | {"style": "functional", "head": 2, "train": True},
                {"use": "config", "inputs": [x, one]},
                {"use": "config", "kwargs": {"name": "mine"}},
                {"use": "file", "inputs": [x], "registered": True},
            ],
        },
        {
            # 서로 바꾸어, 코드에 적어 둔 수가 두 번 다 맞을 수 없게 합니다.
            "kwargs": {"heads": size, "size": heads, "hidden": hidden, "rate": 0.4},
            "calls": [
                {"inputs": x, "training": False},
                rows,
                rows,
                {"inputs": x},
                rows | {"training": False},
            ],
            "uses": [{"use": "config", "inputs": [x, one], "settings": ["rate"]}],
        },
    ]
    return objects, arrays


# ------------------------------------------------------------------- 12-5 transformer.generate

WINDOW = 40
"""모델이 한 번에 볼 수 있는 토큰의 수."""


def generate_reference():
    def generate(model, prompt, count, temperature=0.0, top_k=None, seed=None):
        random = np.random.default_rng(seed)
        tokens = [int(token) for token in prompt]
        for _ in range(count):
            logits = np.array(model(np.array([tokens[-40:]]))[0, -1], "float64")
            if temperature == 0:
                tokens.append(int(np.argmax(logits)))
                continue
            if top_k is not None:
                lowest = np.sort(logits)[-top_k]
                logits[logits < lowest] = -np.inf
            weights = np.exp((logits - logits.max()) / temperature)
            tokens.append(int(random.choice(len(logits), p=weights / weights.sum())))
        return tokens

    return generate


def _generate(
    seen=lambda tokens: tokens[-40:],
    place=-1,
    fixed=False,
):
    """`generate`의 흔한 오해를 만듭니다. 온도가 0일 때의 값으로 찾으므로 늘 가장 큰 로짓을 고릅니다."""

    def make():
        def generate(model, prompt, count, temperature=0.0, top_k=None, seed=None):
            tokens = [int(token) for token in prompt]
            start = len(tokens)
            for _ in range(count):
                given = seen(tokens[:start] if fixed else tokens)
                logits = np.array(model(np.array([given]))[0, place])
                tokens.append(int(np.argmax(logits)))
            return tokens

        return generate

    return make


def context_shows(tables, prompt, count):
    """가장 큰 로짓만 따라간 글이, 토큰 하나만 넣었을 때와 다른지. 짧은 고리에 들면 무엇을 넣어도 같습니다."""
    tables = [tables[name] for name in ("now", "before", "first")]

    def followed(seen):
        tokens = [int(token) for token in prompt]
        for _ in range(count):
            tokens.append(int(np.argmax(next_logits(tables, WINDOW, seen(tokens)))))
        return tokens

    whole = followed(lambda tokens: tokens)
    return whole not in (followed(lambda tokens: tokens[-1:]), followed(lambda tokens: tokens[:1]))


def generate_cases(random):
    """모델은 지금 토큰, 앞 토큰, 맨 앞 토큰을 모두 보므로 무엇을 넣었는지가 결과에 드러납니다."""
    size = 12
    while True:
        arrays = {
            # 표 하나만 보아서는 다음 토큰이 정해지지 않습니다.
            name: (scale * random.normal(0, 1, (size, size))).astype("float32")
            for name, scale in (("now", 1.5), ("before", 1.2), ("first", 1.2))
        }
        arrays["long"] = random.randint(0, size, WINDOW + 6).astype("int64")
        arrays["almost"] = random.randint(0, size, WINDOW - 3).astype("int64")
        short = [int(token) for token in random.randint(0, size, 3)]
        prompts = ((short, 12), (arrays["long"], 4), (arrays["almost"], 6))
        if all(context_shows(arrays, *one) for one in prompts):
            break
    names = ("now", "before", "first")
    for kind, scale in (("flat", 1 / 30), ("sharp", 2)):
        arrays |= {f"{name}_{kind}": np.float32(scale) * arrays[name] for name in names}

    def model(kind=""):
        tables = [f"{name}{kind}" for name in names]
        return {"language_model": {"tables": tables, "window": WINDOW}}

    cold, hot = round(float(random.uniform(0.3, 0.4)), 2), round(float(random.uniform(3, 4)), 1)
    most, seed = int(random.randint(3, 5)), int(random.randint(1, 1000))

    def call(prompt, count, kind="", **more):
        args = [model(kind), prompt, {"value": count}]
        return {"args": args, "kwargs": {key: {"value": item} for key, item in more.items()}}

    given = {"value": short}
    return [
        call(given, 12),
        call({"array": "long"}, 4),
        call({"array": "almost"}, 6),
        call(given, 30, temperature=hot, seed=seed),
        call(given, 10, temperature=30.0, seed=seed + 1),
        call(given, 10, temperature=30.0, seed=seed + 1),
        call(given, 10, temperature=30.0, seed=seed + 2),
        call(given, 20, temperature=cold, seed=seed),
        # At temperature 1 whatever is done with it comes to the same; the model itself is flat or sharp.
        # So flat that all that are left come nearly equally often: none stays away by chance.
        # Together enough draws, each short of the window: what a longer text shows is another item's.
        call(given, 36, "_flat", temperature=1.0, top_k=most, seed=seed),
        call(given, 3, temperature=hot, top_k=1, seed=seed),
        *(call(given, 5, "_flat", temperature=1.0, seed=seed + number) for number in (3, 4, 5)),
        call(given, 36, "_flat", temperature=1.0, top_k=most, seed=seed + 6),
        # Sharp enough that the largest of those left comes most often.
        call(given, 36, "_sharp", temperature=1.0, top_k=most, seed=seed + 7),
        # Five seeds in all: an answer that draws one token again and again draws five alike by no chance.
        *(call(given, 5, "_flat", temperature=1.0, seed=seed + number) for number in (8, 9)),
        # What is left of a sharp model is drawn evenly by this temperature, and by no other.
        call(given, 36, "_sharp", temperature=30.0, top_k=most, seed=seed + 10),
    ], arrays


class _Draws:
    """결과 하나에서 뽑은 토큰들과, 뽑을 때마다 모델이 낸 로짓."""

    def __init__(self, result, call, arrays, seen=list):
        (model, prompt, count), more = call["args"], call["kwargs"]
        settings = model["language_model"]
        tables = [arrays[name] for name in settings["tables"]]
        tokens = [int(token) for token in np.reshape(result, -1)]
        start = len(tokens) - count["value"]
        (given,) = prompt.values()
        wanted = [int(token) for token in (arrays[given] if isinstance(given, str) else given)]
        inside = all(0 <= token < len(tables[0]) for token in tokens)
        self.continues = inside and tokens[:start] == wanted
        self.tokens = tokens[start:]
        self.logits = []
        if inside:
            self.logits = [
                next_logits(tables, settings["window"], seen(tokens[:place]))
                for place in range(start, len(tokens))
            ]
        self.temperature = more.get("temperature", {}).get("value", 0.0)
        self.top_k = more.get("top_k", {}).get("value")

    @property
    def ranks(self):
        """뽑은 토큰이 그때의 로짓에서 몇 번째였는지(0부터)."""
        return [
            int(np.sum(logits > logits[token]))
            for token, logits in zip(self.tokens, self.logits, strict=True)
        ]

    def likelihood(self, temperature):
        """온도가 `temperature`일 때, 남긴 `top_k`개(없으면 모두)에서 뽑은 토큰들이 그렇게 나올 확률의 로그."""
        total = 0.0
        for token, logits in zip(self.tokens, self.logits, strict=True):
            values = (logits - logits.max()) / temperature
            kept = np.sort(values)[-(self.top_k or len(values)) :]
            total += float(values[token] - np.log(np.sum(np.exp(kept))))
        return total

    @property
    def evenness(self):
        """남긴 `top_k`개를 고르게 뽑았다고 볼 때 로그 우도가 늘어나는 크기."""
        return -self.likelihood(self.temperature) - len(self.tokens) * np.log(self.top_k)

    def surprise(self, temperature):
        """온도가 `temperature`일 때, 뽑은 토큰의 로짓의 합이 기댓값에서 표준편차의 몇 배 떨어졌는지."""
        total, mean, variance = 0.0, 0.0, 0.0
        for token, logits in zip(self.tokens, self.logits, strict=True):
            values = logits - logits.max()
            kept = values >= np.sort(values)[-(self.top_k or len(values))]
            weights = np.where(kept, np.exp(values / temperature), 0.0)
            weights /= weights.sum()
            expected = float(np.sum(weights * values))
            total += float(values[token])
            mean += expected
            variance += float(np.sum(weights * (values - expected) ** 2))
        return (total - mean) / max(float(np.sqrt(variance)), 1e-9)


_OTHER_VIEWS = (
    lambda tokens: tokens[-1:],
    lambda tokens: tokens[:1],
    lambda tokens: tokens[:-1],
)
"""모델에 넣을 것을 잘못 고르는 법들: 마지막 토큰만, 첫 토큰만, 마지막 토큰을 빼고."""
FAR = 5.0
"""우연이라면 수백만 번에 한 번쯤 나오는 거리(표준편차의 배수)."""
DECISIVE = 12.0
"""다른 온도로 뽑았다고 볼 로그 우도의 차이. 바르게 뽑은 글에서 우연히 나올 확률은 e⁻¹²보다 작습니다."""
_OTHER_TEMPERATURES = (
    (
        lambda temperature: 1.0,
        "온도가 1인 것처럼 뽑습니다.",
        "소프트맥스에 넣기 전에 로짓을 `temperature`로 나누세요.",
    ),
    (
        lambda temperature: 1 / temperature,
        "로짓에 온도를 곱한 것처럼 뽑습니다.",
        "곱하지 말고 나누세요. 온도가 높을수록 고르게 뽑습니다.",
    ),
)


_FLAT = 10.0
"""이보다 높은 온도에서는 로짓과 상관없이 모든 토큰의 확률이 비슷합니다."""
_FEW = 3
"""고르게 뽑은 글(토큰 열둘에서 열 개씩 두 번)에 모두 이만큼밖에 없을 확률은 천만 번에 한 번도 안 됩니다."""


def gain(drawn, change):
    """온도가 `change(온도)`라고 볼 때 로그 우도가 늘어나는 크기."""
    return sum(
        draws.likelihood(change(draws.temperature)) - draws.likelihood(draws.temperature)
        for draws in drawn
    )


def plausible(drawn, change):
    """온도가 `change(온도)`라고 보아도 뽑은 토큰들이 맞는지. 두 온도 모두와 다르게 뽑은 글의 이유는 온도가 아닙니다."""
    temperatures = [(draws, change(draws.temperature)) for draws in drawn]
    return all(
        abs(draws.surprise(temperature)) <= FAR
        for draws, temperature in temperatures
        if temperature >= 1
    )


def sampled(results, calls, arrays):
    """온도를 나눈 확률대로 뽑았는지. 높은 온도와 낮은 온도를 함께 봅니다."""
    everything = [_Draws(*one, arrays) for one in zip(results, calls, strict=True)]
    if not all(draws.continues for draws in everything):
        return "결과가 `prompt`에서 이어지는 토큰 번호가 아닙니다.", ""
    return _sampled(everything)


def _sampled(everything):
    flat = [draws for draws in everything if draws.temperature >= _FLAT]
    drawn = [draws for draws in everything if draws.temperature < _FLAT]
    hot = max(drawn, key=lambda draws: draws.temperature)
    shown = f"`temperature={hot.temperature:g}`"
    if not any(rank for draws in drawn for rank in draws.ranks):
        return (
            f"{shown}인데도 늘 가장 큰 로짓의 토큰을 고릅니다.",
            "온도가 0이 아니면 확률대로 뽑으세요. 예: `np.random.default_rng(seed).choice(...)`.",
        )
    change, told, advice = max(_OTHER_TEMPERATURES, key=lambda other: gain(drawn, other[0]))
    if gain(drawn, change) > DECISIVE and plausible(drawn, change):
        return f"{shown}인데 {told}", advice
    if all(len(set(draws.tokens)) <= _FEW for draws in flat):
        return (
            f"`temperature={flat[0].temperature:g}`이면 모든 토큰의 확률이 비슷한데 거의 같은 토큰만 뽑습니다.",
            "토큰마다 새 난수로 뽑으세요. 난수 생성기는 반복문 밖에서 한 번만 만듭니다. 안에서 같은 `seed`로 다시 "
            "만들면 늘 같은 난수가 나옵니다.",
        )
    # 온도가 낮으면 드문 토큰 하나가 크게 벗어나므로, 높은 온도에서만 봅니다.
    if abs(hot.surprise(hot.temperature)) > FAR:
        return (
            f"{shown}로 뽑은 토큰들이 모델의 확률과 맞지 않습니다.",
            "`softmax(logits / temperature)`의 확률로, 토큰마다 새 난수로 뽑으세요. "
            "난수 생성기는 반복문 밖에서 한 번만 만듭니다.",
        )
    return None


def within_top(results, calls, arrays):
    """가장 큰 `top_k`개 가운데에서만, 그 모두에서, 그 확률대로 뽑는지. 온도는 `top_k`를 줄 때에만 다르면 여기서 잃습니다."""
    pairs = list(zip(results, calls, strict=True))
    # What is only looked at beside costs nothing here.
    drawn = [draws for one in pairs if (draws := _Draws(*one, arrays)).top_k or draws.continues]
    if not all(draws.continues for draws in drawn):
        return "결과가 `prompt`에서 이어지는 토큰 번호가 아닙니다.", ""
    found = _top_kept(drawn)
    if found is None:
        return None
    # 모델에 무엇을 넣고 어느 자리를 보는지는 앞의 항목이 봅니다. 그것만 다른 답은 여기서 다시 잃지 않습니다.
    views = [
        [draws for one in pairs if (draws := _Draws(*one, arrays, seen)).continues]
        for seen in _OTHER_VIEWS
    ]
    return None if any(_top_kept(view) is None for view in views) else found


def _top_kept(everything):
    drawn = [draws for draws in everything if draws.top_k is not None]
    for most in sorted({draws.top_k for draws in drawn}):
        same = [draws for draws in drawn if draws.top_k == most]
        ranks = [rank for draws in same for rank in draws.ranks]
        shown = f"`top_k={most}`"
        if max(ranks) >= most:
            return (
                f"{shown}인데 로짓이 {max(ranks) + 1}번째로 큰 토큰을 뽑았습니다.",
                f"가장 큰 {most}개가 아닌 로짓을 `-np.inf`로 바꾼 다음 뽑으세요. 뽑은 것이 "
                "몇 번째인지가 아니라 토큰 번호인지도 보세요.",
            )
        if len(ranks) >= _ENOUGH and max(ranks) < most - 1:
            return (
                f"{shown}인데 가장 큰 {max(ranks) + 1}개 가운데에서만 뽑습니다.",
                f"가장 큰 {most}개를 모두 남기세요. 경계의 값도 남습니다.",
            )
        if sum(draws.evenness for draws in same) > DECISIVE:
            return (
                f"{shown}로 남긴 토큰들을 그 확률대로가 아니라 고르게 뽑습니다.",
                "남긴 로짓을 0으로 바꾸지 말고 그대로 `softmax(로짓 / temperature)`에 넣으세요.",
            )
    return _temperature_in_top(everything, drawn)


def _temperature_in_top(everything, drawn):
    """`top_k`를 줄 때에만 온도가 다른지. 주지 않아도 바르게 뽑지 않는 것은 앞의 항목이 봅니다."""
    free = [draws for draws in everything if draws.top_k is None]
    hot_and_flat = {draws.temperature >= _FLAT for draws in free}
    if len(hot_and_flat) < 2 or _sampled(free) is not None:
        return None
    for draws in drawn:
        gains = [gain([draws], change) for change, _, _ in _OTHER_TEMPERATURES]
        if max(gains) > DECISIVE:
            _, told, advice = _OTHER_TEMPERATURES[int(np.argmax(gains))]
            return f"`top_k`를 주고 `temperature={draws.temperature:g}`이면 {told}", advice
    return None


_ENOUGH = 60
"""이만큼 뽑았는데 한 번도 나오지 않은 순위는 남기지 않은 것입니다(바른 글에서는 천만 번에 한 번도 안 됩니다)."""


def seeded(results, calls, arrays):
    """시드가 다르면 다른 글이 나오는지."""
    length = min(len(result) for result in results)
    if all(np.array_equal(results[0][:length], other[:length]) for other in results[1:]):
        return (
            "`seed`가 달라도 같은 글이 나옵니다.",
            "받은 `seed`로 난수 생성기를 만드세요. 예: `np.random.default_rng(seed)`.",
        )
    return None


GENERATE_MISTAKES = (
    Mistake(
        make=_generate(seen=lambda tokens: tokens[-1:]),
        message="마지막 토큰 하나만 모델에 넣습니다. 그 앞의 글을 보지 않습니다.",
        advice="지금까지의 토큰을 모두(40개까지) 넣고 마지막 자리의 로짓을 쓰세요.",
    ),
    Mistake(
        make=_generate(place=0),
        message="마지막이 아니라 첫 자리의 로짓으로 다음 토큰을 정합니다.",
        advice="다음 토큰을 말하는 것은 마지막 자리의 로짓 `[0, -1]`입니다.",
    ),
    Mistake(
        make=_generate(seen=lambda tokens: tokens[:40]),
        message="40개가 넘으면 앞의 40개를 넣습니다. 방금 만든 글을 보지 못합니다.",
        advice="마지막 40개를 넣으세요: `tokens[-40:]`.",
    ),
    Mistake(
        make=_generate(seen=lambda tokens: tokens[-39:]),
        others=(_generate(seen=lambda tokens: tokens[-20:]),),
        message="넣을 수 있는 40개보다 적게 넣습니다.",
        advice="마지막 40개를 넣으세요: `tokens[-40:]`.",
    ),
    Mistake(
        make=_generate(fixed=True),
        message="만든 토큰을 다시 넣지 않습니다. 늘 `prompt`만 보고 정합니다.",
        advice="고른 토큰을 리스트에 더하고, 더한 리스트를 다음 번에 넣으세요.",
    ),
)


# ---------------------------------------------------------------------- 12-6 transformer.train


def trained():
    class TokenAndPosition(layers.Layer):
        def __init__(self, vocabulary, length, size, **kwargs):
            super().__init__(**kwargs)
            self.token = layers.Embedding(vocabulary, size)
            self.position = layers.Embedding(length, size)

        def call(self, tokens):
            places = ops.arange(ops.shape(tokens)[1])
            return self.token(tokens) + self.position(places)

    def block(x, heads, size, hidden):
        y = layers.LayerNormalization()(x)
        x = x + layers.MultiHeadAttention(heads, size)(y, y, use_causal_mask=True)
        y = layers.LayerNormalization()(x)
        y = layers.Dense(hidden, activation="relu")(y)
        return x + layers.Dense(x.shape[-1])(y)

    inputs = keras.Input((None,), dtype="int32")
    x = TokenAndPosition(167, 40, 64)(inputs)
    for _ in range(2):
        x = block(x, heads=4, size=16, hidden=128)
    outputs = layers.Dense(167)(layers.LayerNormalization()(x))
    model = keras.Model(inputs, outputs)
    return model


LENGTHS = (8, 16, 24, 32, 40)
LOSS = loss_threshold()

EXERCISES = (
    FunctionExercise(
        id="transformer.attention",
        unit="12_transformer",
        number="12-1",
        title="무엇을 볼지 정하는 어텐션",
        difficulty=3,
        minutes=20,
        subjects=("attention",),
        reference=attention_reference,
        cases=attention_cases,
        check_dtype=True,
        groups=(
            FunctionItem("마스크가 없을 때의 값", 3, (0, 1)),
            FunctionItem("앞에 축이 더 있어도 됩니다", 1, (2,), builds_on=(0,)),
            FunctionItem("인과 마스크: 거짓인 자리를 보지 않습니다", 2, (3,), builds_on=(0,)),
            FunctionItem("모양이 `(N, 1, 1, S)`인 패딩 마스크", 2, (4,), builds_on=(0, 2)),
            FunctionItem("점수가 아주 커도 `NaN`이 나오지 않습니다", 1, (5,), builds_on=(0,)),
        ),
        mistakes=ATTENTION_MISTAKES,
        requirements=(
            "`attention(query, key, value, mask=None)`: `float32` 텐서 셋을 받아 `float32` 텐서 하나를 돌려줍니다.",
            "모양: `query (…, T, d)`, `key (…, S, d)`, `value (…, S, v)` → 결과 `(…, T, v)`. "
            "`…`은 배치나 머리처럼 앞에 있는 축이며 없을 수도, 여럿일 수도 있습니다.",
            "점수 `query·keyᵀ / √d`를 마지막 축 `S`의 소프트맥스에 넣어 비율로 바꾸고, 그 비율로 `value`를 "
            "섞습니다. 점수가 아주 커도 결과에 `NaN`이 없습니다.",
            "`mask`는 `(…, T, S)`로 브로드캐스팅되는 불리언 텐서입니다. **참이면 보아도 되고** 거짓인 자리의 비율은 "
            "0입니다. 모든 자리가 거짓인 행은 넣지 않습니다.",
        ),
        hints=(
            "비율을 구하는 순서는 셋입니다: 점수, 마스크, 소프트맥스. 마스크는 소프트맥스 앞입니다.",
            "`ops.matmul`은 마지막 두 축만 곱합니다. `key`의 마지막 두 축은 `ops.swapaxes(key, -1, -2)`로 "
            "바꾸고, 가릴 점수는 `ops.where(mask, scores, -1e9)`로 바꿉니다.",
            "`scores = ops.matmul(query, ops.swapaxes(key, -1, -2)) / query.shape[-1] ** 0.5`, "
            "마스크가 있으면 `ops.where`, `weights = ops.softmax(scores, axis=-1)`, "
            "`return ops.matmul(weights, value)`.",
        ),
    ),
    LayerExercise(
        id="transformer.heads",
        unit="12_transformer",
        number="12-2",
        title="여러 곳을 한꺼번에 보는 층",
        difficulty=4,
        minutes=35,
        subjects=("MultiHead",),
        reference=heads,
        alternatives=(heads_with_axes,),
        base="layer",
        objects=heads_objects,
        groups=(
            LayerItem("`query`와 `value`가 같을 때의 값", 3, Equal(((0, 0), (1, 0)))),
            LayerItem("`value`를 주지 않으면 `query`입니다", 1, Equal(((0, 1), (0, 2))), (0,)),
            LayerItem("`value`의 길이가 달라도 됩니다", 1, Equal(((0, 3),)), (0,)),
            LayerItem(
                "`use_causal_mask=True`이면 뒤를 보지 않습니다", 2, Equal(((0, 4), (0, 7))), (0,)
            ),
            LayerItem(
                "`attention_mask`가 거짓인 자리를 보지 않습니다",
                2,
                Equal(((0, 5), (0, 6))),
                (0, 3),
            ),
            LayerItem("모델에 넣어 `fit`으로 훈련됩니다", 2, Used(((0, 0), (0, 1)))),
        ),
        mistakes=HEADS_MISTAKES,
        requirements=(
            "`MultiHead(heads, size)`로 만드는 `keras.layers.Layer`의 하위 클래스입니다. `size`는 머리 하나의 "
            "크기입니다.",
            "`layer(query, value=None, attention_mask=None, use_causal_mask=False)`로 부릅니다. `value`를 주지 "
            "않으면 `query`이고, 키도 `value`에서 만듭니다.",
            "입력 `query (N, T, D)`, `value (N, S, D)` → 출력 `(N, T, D)`. 모델에 넣어 `fit`으로 훈련됩니다.",
            "가중치: 질문, 키, 값의 커널 `(D, heads·size)`와 편향 `(heads·size,)` 셋, 출력의 커널 `(heads·size, D)`와 "
            "편향 `(D,)`. 커널에 머리의 축을 따로 두어 `(D, heads, size)`, `(heads, size)`, `(heads, size, D)`로 "
            "만들어도 됩니다.",
            "머리 `h`는 질문, 키, 값의 `h·size`번째부터 `size`개를 씁니다. 머리마다 문제 12-1의 어텐션을 하고, "
            "머리의 차례대로 이어 붙여 출력의 커널에 곱합니다.",
            "`attention_mask`는 `(N, T, S)` 불리언이고 참이면 보아도 됩니다. `use_causal_mask`가 참이면 "
            "`t`번째 질문은 `t`번째까지의 키만 봅니다. 둘 다 있으면 둘 다 참인 자리만 봅니다.",
        ),
        hints=(
            "머리마다 따로 계산하지 마세요. 머리의 축을 배치처럼 앞에 두면 어텐션 한 번에 모두 계산합니다.",
            "`Dense(heads * size)` 셋을 지난 값을 `(N, T, heads, size)`로 `reshape`하고 `(N, heads, T, size)`로 "
            "`transpose`합니다. 출력 층은 `build`에서 `Dense(query_shape[-1])`로 만듭니다.",
            "`q, k, v = self.split(self.to_query(query)), self.split(self.to_key(value)), "
            "self.split(self.to_value(value))`, `x = attention(q, k, v, mask)`, "
            "`x = ops.transpose(x, (0, 2, 1, 3))`를 `(N, T, heads * size)`로 `reshape`하고 "
            "`return self.to_output(x)`. 머리의 축은 `attention_mask[:, None]`으로 끼웁니다.",
        ),
    ),
    LayerExercise(
        id="transformer.positions",
        unit="12_transformer",
        number="12-3",
        title="글자와 자리를 함께 담는 층",
        difficulty=2,
        minutes=10,
        subjects=("TokenAndPosition",),
        reference=positions,
        base="layer",
        objects=positions_objects,
        groups=(
            LayerItem("길이가 `length`인 글의 값", 2, Equal(((0, 0), (0, 3), (1, 0)))),
            LayerItem("더 짧은 글의 값", 1, Equal(((0, 1), (0, 2))), (0,)),
            LayerItem(
                "길이를 정하지 않은 모델에 넣어 `fit`으로 훈련됩니다", 2, Used(((0, 0), (0, 1)))
            ),
        ),
        mistakes=POSITIONS_MISTAKES,
        requirements=(
            "`TokenAndPosition(vocabulary, length, size)`로 만드는 `keras.layers.Layer`의 하위 클래스입니다.",
            "입력은 토큰 번호 `(N, T)`(`int32`, `T`는 `length` 이하), 출력은 `(N, T, size)`입니다.",
            "가중치는 표 둘입니다: 토큰의 표 `(vocabulary, size)`, 자리의 표 `(length, size)`. 둘 다 훈련합니다.",
            "출력의 `t`번째 자리(0부터) = 토큰의 벡터 + 자리의 표의 `t`번째 줄.",
            '`keras.Input((None,), dtype="int32")`처럼 길이를 정하지 않은 모델에 넣어도 훈련됩니다.',
        ),
        hints=(
            "표에서 줄을 고르는 층을 이미 압니다. 표가 둘이면 그 층도 둘입니다.",
            "`layers.Embedding(vocabulary, size)`와 `layers.Embedding(length, size)`를 만들고, 자리의 표에는 "
            "`ops.arange(T)`를 넣습니다. `T`는 `ops.shape(tokens)[1]`입니다.",
            "`call`: `places = ops.arange(ops.shape(tokens)[1])`, "
            "`return self.token(tokens) + self.position(places)`. 모양 `(N, T, size)`와 `(T, size)`는 "
            "브로드캐스팅으로 더해집니다.",
        ),
    ),
    LayerExercise(
        id="transformer.block",
        unit="12_transformer",
        number="12-4",
        title="트랜스포머 블록",
        difficulty=4,
        minutes=30,
        subjects=("Block",),
        reference=block,
        alternatives=(block_of_dense,),
        base="layer",
        objects=block_objects,
        groups=(
            LayerItem(
                "추론할 때의 값이 명세와 같습니다", 3, Equal(((0, 0), (0, 1), (1, 0), (1, 3)))
            ),
            LayerItem("`mask`가 거짓인 자리를 보지 않습니다", 2, Equal(((0, 2),)), (0,)),
            LayerItem(
                "훈련할 때만 두 곳에서 드롭아웃을 합니다",
                2,
                Dropped(((1, 2),), "어텐션의 뒤와 두 번째 `Dense` 층의 뒤"),
            ),
            LayerItem("모델에 넣어 `fit`으로 훈련됩니다", 1, Used(((0, 0), (0, 1)))),
            LayerItem("`get_config`로 되살아납니다", 2, Used(((0, 2), (0, 3), (1, 0)))),
            LayerItem("`.keras` 파일에서 `custom_objects` 없이 읽습니다", 1, Used(((0, 4),))),
        ),
        mistakes=BLOCK_MISTAKES,
        requirements=(
            "`Block(heads, size, hidden, rate=0.0)`으로 만드는 `keras.layers.Layer`의 하위 클래스입니다. "
            "`name` 같은 케라스의 인수도 받습니다.",
            "`layer(x, training=None, mask=None)`으로 부릅니다. 입력 `(N, T, D)`와 출력의 모양이 같습니다. "
            "모델에 넣어 `fit`으로 훈련됩니다.",
            "`x = x + 드롭아웃(어텐션(정규화(x)))`: `LayerNormalization` 층, 문제 12-2의 `MultiHead(heads, size)`"
            "(또는 `keras.layers.MultiHeadAttention`), 드롭아웃 `rate`. 뒤의 자리를 보지 않습니다.",
            "`x = x + 드롭아웃(순방향(정규화(x)))`: 또 하나의 `LayerNormalization` 층, `Dense(hidden, relu)`, "
            "`Dense(D)`, 드롭아웃 `rate`.",
            "`mask`는 `(N, T)` 불리언입니다. 거짓인 자리(채워 넣은 토큰)는 아무도 보지 않습니다. 그 자리의 출력은 "
            "무엇이든 됩니다.",
            "`get_config()`의 결과에 네 인수의 이름과 값이 모두 있고, 등록하여 `.keras` 파일에서 "
            "`custom_objects` 없이 읽을 수 있습니다.",
        ),
        hints=(
            "`x`라는 길 하나에 두 번 무언가를 **더합니다**. 더하는 것은 정규화한 `x`에서 만듭니다.",
            "`__init__`에서 정규화 층 둘, 어텐션, `Dense(hidden, 'relu')`, 드롭아웃을, `build`에서 "
            "`Dense(input_shape[-1])`를 만듭니다. 패딩 마스크는 `mask[:, None, :]`로 축을 끼워 넘깁니다.",
            "`y = self.attention(self.norm1(x), attention_mask=seen, use_causal_mask=True)`, "
            "`x = x + self.dropout(y, training=training)`, `y = self.contract(self.expand(self.norm2(x)))`, "
            "`return x + self.dropout(y, training=training)`.",
        ),
    ),
    FunctionExercise(
        id="transformer.generate",
        unit="12_transformer",
        number="12-5",
        title="한 글자씩 이어 쓰기",
        difficulty=4,
        minutes=30,
        subjects=("generate",),
        reference=generate_reference,
        cases=generate_cases,
        check_dtype=False,
        seconds=30,
        groups=(
            FunctionItem("온도가 0이면 가장 큰 로짓을 고릅니다", 3, (0,)),
            FunctionItem("글이 길어지면 마지막 40개만 봅니다", 2, (1, 2), builds_on=(0,)),
            FunctionItem("온도만큼 고르게, 확률대로 뽑습니다", 2, (3, 7, 4, 6), holds=sampled),
            FunctionItem(
                "`top_k`개 가운데에서만 뽑습니다",
                2,
                (8, 13, 9, 14, 17),
                holds=within_top,
                beside=(3, 7, 4, 6),
            ),
            FunctionItem(
                "`seed`가 같으면 같은 글",
                1,
                (5,),
                part="value",
                like=4,
                unlike=(
                    "같은 `seed`로 두 번 불렀는데 다른 글이 나옵니다.",
                    "받은 `seed`로 난수 생성기를 함수 안에서 만드세요. 예: `np.random.default_rng(seed)`.",
                ),
            ),
            FunctionItem("`seed`가 다르면 다른 글", 1, (10, 11, 12, 15, 16), holds=seeded),
        ),
        mistakes=GENERATE_MISTAKES,
        requirements=(
            "`generate(model, prompt, count, temperature=0.0, top_k=None, seed=None)`: `prompt` 다음의 토큰을 "
            "`count`개 만들어, `prompt`까지 이은 토큰 번호 `len(prompt) + count`개를 리스트나 배열로 돌려줍니다.",
            "`model`은 토큰 번호 `(N, T)`를 받아 로짓 `(N, T, 어휘)`를 내는 케라스 모델입니다. `prompt`는 정수의 "
            "리스트나 배열이며, 고치지 않습니다.",
            "토큰을 하나 만들 때마다 지금까지의 토큰을 넣고 마지막 자리의 로짓을 씁니다. 모델은 40개까지 받으므로, "
            "더 길면 **마지막 40개**를 넣습니다.",
            "`temperature`가 0이면 로짓이 가장 큰 토큰을 고릅니다. 아니면 `softmax(로짓 / temperature)`의 확률로 "
            "뽑습니다.",
            "`top_k`를 주면 로짓이 가장 큰 `top_k`개 가운데에서만 뽑습니다.",
            "`seed`가 같으면 같은 글이, 다르면 다른 글이 나옵니다. 난수는 어느 라이브러리로 뽑아도 됩니다.",
        ),
        hints=(
            "한 번 도는 데 토큰 하나입니다. 만든 토큰은 다음 번의 입력이 됩니다.",
            "`tokens = [int(token) for token in prompt]`에서 시작해 `model(np.array([tokens[-40:]]))[0, -1]`을 "
            "구합니다. 난수 생성기는 반복문 **밖에서** 한 번 만듭니다.",
            "`random = np.random.default_rng(seed)`. 반복문 안에서 온도가 0이면 `np.argmax(logits)`, 아니면 "
            "`np.sort(logits)[-top_k]`보다 작은 로짓을 `-np.inf`로 바꾸고, "
            "`weights = np.exp((logits - logits.max()) / temperature)`를 합으로 나눈 확률로 "
            "`random.choice(len(logits), p=...)`를 부릅니다.",
        ),
    ),
    LanguageExercise(
        id="transformer.train",
        unit="12_transformer",
        number="12-6",
        title="글을 배우는 모델",
        difficulty=4,
        minutes=30,
        subjects=("model",),
        reference=trained,
        loss=LOSS,
        lengths=LENGTHS,
        requirements=(
            "`model`: 글자 번호 `(N, T)`(`int32`, `T`는 40 이하)를 받아 자리마다 다음 글자의 로짓 "
            "`(N, T, 167)`을 내는 케라스 모델. 글자 번호는 `sorted(set(train_text))`의 차례입니다.",
            "뒤의 글자를 보지 않습니다. 앞 문제의 층 `TokenAndPosition(167, 40, 64)`, `Block(4, 16, 128)` 둘, "
            "`LayerNormalization`, `Dense(167)`이면 넉넉하지만 구조는 자유입니다.",
            "`fit`이나 `train_on_batch`를 부르지 않고, 직접 쓴 루프로 훈련합니다.",
            f"여러분이 보지 못한 문장의 앞부분(8–40글자)을 넣고, 그다음 글자의 교차 엔트로피를 잽니다. 그 평균이 "
            f"{LOSS:.2f} 이하여야 합니다. 가중치에 담긴 것만 봅니다. 출력한 손실은 보지 않습니다.",
        ),
        hints=(
            "타깃은 입력을 한 칸 왼쪽으로 민 것입니다. 글자 41개를 잘라 앞 40개가 입력, 뒤 40개가 타깃입니다.",
            "문장이 시작하는 자리 가운데에서 32개를 뽑아 배치를 만들고, `tf.function`으로 감싼 스텝을 "
            "수백 번 되풀이합니다. 손실은 "
            "`keras.losses.SparseCategoricalCrossentropy(from_logits=True)`입니다.",
            "스텝: `with tf.GradientTape() as tape: loss = loss_fn(y, model(x, training=True))`, "
            "`gradients = tape.gradient(loss, model.trainable_variables)`, "
            "`optimizer.apply(gradients, model.trainable_variables)`. `Adam(3e-3)`으로 800스텝쯤이면 됩니다.",
        ),
    ),
)
