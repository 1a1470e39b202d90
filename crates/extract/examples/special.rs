//! Minimal special uniques up to three columns over the rows of Parquet or CSV files, with the time it took without reading:
//! `special FILE COLUMN...`. `bench/risk_peers.py` asks `suda` the same.

use std::path::Path;
use std::time::Instant;

use extract::assess::coded::Table;

fn main() -> Result<(), extract::assess::AssessError> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_default();
    let columns: Vec<String> = arguments.collect();
    let columns = extract::assess::row_columns(Path::new(&path), &columns, 2)?;
    let records = columns.first().map_or(0, |column| column.codes.len());
    let begin = Instant::now();
    let found = extract::assess::special::special_uniques(&Table::of_people(records, columns.iter().collect()), 3, 2);
    let seconds = begin.elapsed().as_secs_f64();
    let people: std::collections::BTreeSet<u32> = found.iter().flat_map(|set| set.records.iter().copied()).collect();
    println!("{seconds:.3} s, {} people", people.len());
    Ok(())
}
