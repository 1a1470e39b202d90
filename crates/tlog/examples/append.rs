//! Measures appends on a real folder, every one fully synced.
//!
//! `append --batch 256 --entries 51200 --bytes 512 --folder F` prints entries a second, CPU seconds and peak memory.
//! The folder must be on the disk that is to be measured; the log in it grows by each run.

use std::{env, error::Error, fs, time::Instant};

use tlog::{Batch, Folder, Sequencer, SigningKey};

fn main() -> Result<(), Box<dyn Error>> {
    let (mut batch, mut entries, mut bytes, mut folder) = (256usize, 51_200usize, 512usize, String::new());
    let mut arguments = env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--batch" => batch = value.parse()?,
            "--entries" => entries = value.parse()?,
            "--bytes" => bytes = value.parse()?,
            "--folder" => folder = value,
            _ => return Err(format!("unknown option {name}").into()),
        }
    }
    if folder.is_empty() || batch == 0 {
        return Err("--folder F is needed, and --batch from 1".into());
    }
    let storage = Folder::new(format!("{folder}/private"), format!("{folder}/public"))?;
    let mut log = Sequencer::open(storage, SigningKey::new("bench.example/log", &[1; 32])?)?;
    let first = log.size();

    let (start, cpu) = (Instant::now(), cpu_seconds());
    let mut slowest = 0f64;
    let mut done = 0;
    while done < entries {
        let count = batch.min(entries - done);
        let entries = (0..count).map(|n| entry(first + (done + n) as u64, bytes)).collect();
        let one = Instant::now();
        log.append(Batch { entries, beside: Vec::new() })?;
        slowest = slowest.max(one.elapsed().as_secs_f64());
        done += count;
    }
    let seconds = start.elapsed().as_secs_f64();
    let batches = entries.div_ceil(batch);
    println!("{entries} entries of {bytes} bytes in {batches} batches of {batch}, on top of {first}");
    println!(
        "{:.0} entries/s, {:.2} ms a batch, slowest {:.1} ms",
        entries as f64 / seconds,
        seconds * 1e3 / batches as f64,
        slowest * 1e3
    );
    println!("{:.2} s wall, {:.2} s CPU, peak memory {}", seconds, cpu_seconds() - cpu, peak_memory()?);
    Ok(())
}

/// Entries that differ, so that nothing is compressed or cached by being equal.
fn entry(index: u64, bytes: usize) -> Vec<u8> {
    let mut state = index;
    (0..bytes)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        })
        .collect()
}

fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn peak_memory() -> Result<String, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM in /proc/self/status")?;
    Ok(line.trim().to_owned())
}
