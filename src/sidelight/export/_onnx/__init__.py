"""The parts of an ONNX file: columns and picture in front, the network, the answers."""
