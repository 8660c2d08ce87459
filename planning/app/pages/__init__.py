"""The pages, one file each: `show()` draws it. They ask the session, the store and the screens, and compute nothing."""
