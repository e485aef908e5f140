"""What several screens share: the live plot, the settings form, state, wording.

Law of the room: the only one besides the pages themselves where ``st.`` stands. It reads views
and sends commands; what a number means is decided in ``dec_core``.
"""
