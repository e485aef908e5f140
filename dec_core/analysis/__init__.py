"""Judgement on arrays: the table of measures, verdict, agreement, maps of the embedding.

Law of the room: arrays in, numbers and sentences out. Never Keras, never an event.
"""
