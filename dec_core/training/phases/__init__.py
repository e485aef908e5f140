"""The phases of a run: pretraining, the k-means start, clustering.

All have the form of ``TrainingPhase``: they get a ``TrainingContext``, yield events, and say why
the run ends with them if it does. None knows the trainer or another phase.
"""
