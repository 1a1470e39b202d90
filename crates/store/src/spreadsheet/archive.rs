//! The zip archive around ODS and XLSX files, written member by member. Its times are zip's first, so that they say nothing.

use std::io::{self, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// How many bytes of XML are gathered before they are deflated.
const GATHERED: usize = 1 << 16;

pub(super) struct Archive<W: Write + Seek> {
    zip: ZipWriter<W>,
    gathered: String,
}

impl<W: Write + Seek> Archive<W> {
    pub fn new(out: W) -> Self {
        Self { zip: ZipWriter::new(out), gathered: String::with_capacity(2 * GATHERED) }
    }

    /// A member that is one piece.
    pub fn member(&mut self, name: &str, content: &str) -> io::Result<()> {
        self.begin(name)?;
        self.put(content)
    }

    /// A member that is not deflated, as OpenDocument wants its first one.
    pub fn plain_member(&mut self, name: &str, content: &str) -> io::Result<()> {
        self.empty()?;
        self.zip.start_file(name, options().compression_method(CompressionMethod::Stored))?;
        self.put(content)
    }

    /// Begins a member of any length; what is put goes into it.
    pub fn begin(&mut self, name: &str) -> io::Result<()> {
        self.empty()?;
        // Its length is not known yet, and may come to more than the 4 GB that a zip entry holds otherwise.
        let options = options().compression_method(CompressionMethod::Deflated).large_file(true);
        Ok(self.zip.start_file(name, options)?)
    }

    /// Adds to the member that was begun last.
    pub fn put(&mut self, xml: &str) -> io::Result<()> {
        self.gathered.push_str(xml);
        if self.gathered.len() < GATHERED { Ok(()) } else { self.empty() }
    }

    fn empty(&mut self) -> io::Result<()> {
        self.zip.write_all(self.gathered.as_bytes())?;
        self.gathered.clear();
        Ok(())
    }

    /// Writes the archive's directory.
    pub fn finish(mut self) -> io::Result<()> {
        self.empty()?;
        self.zip.finish()?.flush()
    }
}

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default().last_modified_time(DateTime::default())
}
