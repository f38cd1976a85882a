"""Datasets: what was done to make one is seen, and a wrong form does not hide the rest."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from autograder.exercises import get
from autograder.judge import judge
from autograder.observe import observe
from autograder.observe.dataset import _operations


def test_what_was_done_to_make_a_dataset_is_seen_from_the_outside_in():
    images = tf.data.Dataset.from_tensor_slices(np.zeros((9, 2)))
    both = tf.data.Dataset.zip((images, images.shuffle(5, reshuffle_each_iteration=False)))
    made = _operations(both.batch(4, drop_remainder=True).cache().repeat(3).prefetch(1))
    names = [each["name"] for each in made]
    assert names[:5] == ["prefetch", "repeat", "cache", "batch", "zip"]
    assert names.count("tensorslice") == 2
    found = {each["name"]: each for each in made}
    assert found["shuffle"]["buffer"] == 5 and found["shuffle"]["reshuffle"] is False
    assert found["batch"]["drop"] is True and found["repeat"]["count"] == 3


def test_a_dataset_without_operations_is_judged_all_the_same():
    """Evidence kept from before they were observed."""
    exercise = get("pipeline.batches")
    challenge = exercise.challenge(1)

    def make_dataset(x, y, batch_size, shuffle=True):
        dataset = tf.data.Dataset.from_tensor_slices((x, y))
        return dataset.map(lambda a, b: (tf.cast(a, tf.float32) / 255, b)).batch(batch_size)

    evidence = observe(challenge, {"make_dataset": make_dataset})
    for step in evidence.facts["steps"]:
        del step["operations"]
    report = judge(exercise, challenge, evidence)
    assert report.score == 7
    assert "`shuffle=True`인데 순서가 원래 그대로입니다." in report.to_text()
