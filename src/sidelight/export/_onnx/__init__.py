"""ONNX: nodes written one by one, and the network converted."""
