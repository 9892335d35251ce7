"""What goes into a bundle as it is: the program that predicts without Trainable."""
