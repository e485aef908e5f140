"""The disk: a folder for each run. ``store`` holds the contract.

    record, event_log, frame_files, checkpoint_files    what a run's folder holds
    view_reader, stored_frames                          reading it: numbers, and arrays on demand
    recorder, memory_recorder                           writing it while a run trains, or not
    log_checks, run_checks                              whether it is whole
    former_versions                                     what they wrote, read as of today
    branch, lineage                                     runs that begin at others
    pretrained_cache                                    autoencoders for later runs

Law of the room: paths, locks and bytes. No thread, no process, no screen.
"""
