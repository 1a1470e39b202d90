//! The zip archive around ODS and XLSX files, written member by member. Its times are zip's first, so that they say nothing.

use std::cell::Cell;
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::rc::Rc;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// How many bytes of XML are gathered before they are deflated.
const GATHERED: usize = 1 << 16;

pub(super) struct Archive<W: Write + Seek> {
    zip: ZipWriter<Outlet<W>>,
    gathered: String,
    /// Bytes of the member that was begun last.
    length: u64,
}

/// Writes an archive of the members that `fill` puts into it.
pub(super) fn write<W: Write + Seek>(out: W, fill: impl FnOnce(&mut Archive<W>) -> io::Result<()>) -> io::Result<()> {
    let given_up = Rc::new(Cell::new(false));
    let outlet = Outlet { out, at: 0, end: 0, given_up: Rc::clone(&given_up) };
    let gathered = String::with_capacity(2 * GATHERED);
    let mut archive = Archive { zip: ZipWriter::new(outlet), gathered, length: 0 };
    if let Err(error) = fill(&mut archive).and_then(|()| archive.empty()) {
        given_up.set(true);
        return Err(error);
    }
    let mut outlet = archive.zip.finish()?;
    if given_up.get() {
        return Err(ErrorKind::WriteZero.into());
    }
    outlet.flush()
}

impl<W: Write + Seek> Archive<W> {
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

    /// Begins a member of at most 4 GB; what is put goes into it.
    pub fn begin(&mut self, name: &str) -> io::Result<()> {
        self.empty()?;
        self.length = 0;
        // A header that leaves room for more than 4 GB is one that LibreOffice does not open.
        Ok(self.zip.start_file(name, options().compression_method(CompressionMethod::Deflated))?)
    }

    /// How many bytes were put into the member that was begun last.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Adds to the member that was begun last.
    pub fn put(&mut self, xml: &str) -> io::Result<()> {
        self.gathered.push_str(xml);
        self.length += xml.len() as u64;
        if self.gathered.len() < GATHERED { Ok(()) } else { self.empty() }
    }

    fn empty(&mut self) -> io::Result<()> {
        self.zip.write_all(self.gathered.as_bytes())?;
        self.gathered.clear();
        Ok(())
    }
}

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default().last_modified_time(DateTime::default())
}

/// What the archive is written to. An archive that is dropped is finished by `zip` all the same, which prints what fails
/// then; so nothing is written any more once the archive was given up, or the first write has failed. From then on the place
/// is the end of all that was asked for, since `zip` holds that nothing ends before it began.
struct Outlet<W> {
    out: W,
    at: u64,
    end: u64,
    given_up: Rc<Cell<bool>>,
}

impl<W> Outlet<W> {
    fn watch<T>(&self, done: io::Result<T>) -> io::Result<T> {
        if done.as_ref().is_err_and(|error| error.kind() != ErrorKind::Interrupted) {
            self.given_up.set(true);
        }
        done
    }

    fn stand_at(&mut self, at: u64) {
        self.at = at;
        self.end = self.end.max(at);
    }
}

impl<W: Write> Write for Outlet<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.given_up.get() {
            self.end += bytes.len() as u64;
            return Ok(bytes.len());
        }
        let done = self.out.write(bytes);
        let length = self.watch(done)?;
        self.stand_at(self.at + length as u64);
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.given_up.get() {
            return Ok(());
        }
        let done = self.out.flush();
        self.watch(done)
    }
}

impl<W: Seek> Seek for Outlet<W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        if self.given_up.get() {
            return Ok(self.end);
        }
        let done = self.out.seek(to);
        let at = self.watch(done)?;
        self.stand_at(at);
        Ok(at)
    }
}
