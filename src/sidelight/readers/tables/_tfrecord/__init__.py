"""Records of `tf.train.Example`: their files, the types in them, their pictures."""
