"""Judgement on arrays: scores, health, verdict, maps of the embedding.

Law of the room: arrays in, numbers and sentences out. Never Keras, never an event.
"""
