//! How long each computed file of a register takes, how large it is, and how much memory it needs above the register's own:
//! `downloads DATA-FOLDER`. The data folder is opened as a publisher opens it; nothing in it is changed.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use register::Register;
use register::download::Download;
use register::hdr_uk::{COLUMNS, rows_of};
use store::spreadsheet::{self, Form, Sheet};
use store::{DataFolder, Publisher};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("expected a data folder")?;
    let started = Instant::now();
    let publisher = Publisher::open(DataFolder::at(folder))?;
    println!("opened in {:.2} s; peak {} MB", started.elapsed().as_secs_f64(), peak_megabytes()?);
    let register = publisher.register();
    let place = std::env::temp_dir().join(format!("downloads-{}", std::process::id()));
    fs::create_dir(&place)?;
    for download in Download::ALL {
        let name = download.path().rsplit('/').next().unwrap_or_default();
        measure(&place, name, |out| {
            let mut out = out;
            download.write(register, &mut out)
        })?;
    }
    for form in [Form::Ods, Form::Xlsx] {
        measure(&place, &format!("hdr-uk.{}", form.ending()), |out| write(form, register, out))?;
    }
    Ok(fs::remove_dir_all(place)?)
}

fn write(form: Form, register: &Register, out: &mut BufWriter<File>) -> io::Result<()> {
    let sheet = Sheet { name: "Data uses", columns: COLUMNS, as_at: register.last_logged() };
    let rows = register.shares().iter().flat_map(|share| rows_of(register, share));
    spreadsheet::write(form, &sheet, rows.map(Ok), out)
}

fn measure(
    place: &Path,
    name: &str,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), Box<dyn Error>> {
    // Linux forgets the peak so far.
    fs::write("/proc/self/clear_refs", "5")?;
    let before = peak_megabytes()?;
    let started = Instant::now();
    let path = place.join(name);
    let mut out = BufWriter::with_capacity(1 << 18, File::create(&path)?);
    write(&mut out)?;
    out.flush()?;
    let seconds = started.elapsed().as_secs_f64();
    let grown = peak_megabytes()? - before;
    println!("{name:<18} {seconds:>6.2} s  {:>12} bytes  {grown:>4} MB more", fs::metadata(&path)?.len());
    Ok(())
}

fn peak_megabytes() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM in /proc/self/status")?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kilobytes / 1_024)
}
