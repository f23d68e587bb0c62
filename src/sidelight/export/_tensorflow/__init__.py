"""TensorFlow: operations called while a function is traced."""
