"""Several networks joined to one, by a linear layer on their answers."""

from __future__ import annotations

import keras
import numpy as np

from sidelight.nn.heads import Head
from sidelight.nn.layers import LogAnswers
from sidelight.registry import HEADS
from sidelight.schema import Task

COMBINER = "combiner"


def join(members: dict[str, keras.Model], task: Task) -> keras.Model:
    """Join networks of one task; until the combiner is fitted, all weigh the same.

    Classes: `softmax(W [log p_1; log p_2; …] + b)`, the same of log-odds for two
    classes and for labels, and a weighted sum for numbers.

    Args:
        members: Networks by name, from dictionaries of inputs to answers.
        task: What they answer.

    Returns:
        A network that takes the inputs of all members; its layer "combiner" is dense,
        from the members' (log-)answers side by side to the outputs.
    """
    head: Head = HEADS.get(task).obj
    tensors = {name: t for m in members.values() for name, t in m.input.items()}
    inputs = {
        name: keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=name)
        for name, tensor in tensors.items()
    }
    answers = []
    for name, member in members.items():
        member.name = f"member_{name}"
        answer = member({key: inputs[key] for key in member.input})
        if task != "regression":
            answer = LogAnswers(odds=head.activation == "sigmoid", name=f"log_{name}")(
                answer
            )
        answers.append(answer)
    joined = keras.layers.Concatenate(name="answers")(answers)
    outputs = answers[0].shape[-1]
    combiner = keras.layers.Dense(outputs, dtype="float32", name=COMBINER)
    logits = combiner(joined)
    share = np.tile(np.eye(outputs) / len(members), (len(members), 1))
    combiner.set_weights([share, np.zeros(outputs)])
    answer = keras.layers.Activation(head.activation, dtype="float32", name="answer")
    return keras.Model(inputs, answer(logits), name="stack")
