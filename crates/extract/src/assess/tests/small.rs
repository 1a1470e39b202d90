//! Small files through the whole way.
