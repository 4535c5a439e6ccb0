//! Bounds on what is read. They stand in front of the parser: memory and time stay bounded
//! whatever the file says.

/// The bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file.
    pub max_bytes: usize,
    /// Nested arrays and objects.
    pub max_depth: usize,
    /// Resources in one file.
    pub max_resources: usize,
    /// Bytes of one resource.
    pub max_resource_bytes: usize,
    /// Bytes of one string (an attachment is one).
    pub max_string: usize,
    /// Values (of any kind) in one resource.
    pub max_nodes: usize,
    /// Bytes of one document (PDF, picture, DICOM), which stands inside one resource.
    pub max_document: usize,
    /// Bytes of one XML document that is read as a whole.
    pub max_xml: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_bytes: 512 << 20,
            max_depth: 64,
            max_resources: 250_000,
            max_resource_bytes: 64 << 20,
            max_string: 48 << 20,
            max_nodes: 500_000,
            max_document: 32 << 20,
            max_xml: 32 << 20,
        }
    }
}
