"""What happens in a run: the language that all rooms above speak. No TensorFlow.

    events                  frozen events with numbers; arrays come as events of their own
    growing, view           the fold of events into numbers
    frames                  the arrays that belong to them
    outcome, log_text       what a view says, in a few numbers and in lines

Law of the room: nothing here trains, writes or draws.
"""
