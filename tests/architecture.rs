//! The architecture as the manifests and the sources have it.
