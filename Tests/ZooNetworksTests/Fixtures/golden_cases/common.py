"""What several kinds of networks have in common."""

CONVOLUTIONAL = {"size": lambda config: [37, 35], "rules": []}
