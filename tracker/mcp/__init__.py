"""What a program that talks to a language model may ask, over the Model Context Protocol; it only reads."""
