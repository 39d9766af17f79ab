"""Images of somebody's own: `folder` reads one folder for each class, `arrays` IDX and .npz files, and `source` knows
which of them a file or folder needs, and which files a spec means."""
