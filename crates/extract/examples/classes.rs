//! Sizes of classes over the rows of Parquet or CSV files, with the time it took: `classes FOLDER COLUMN...`. `bench/risk_peers.py`
//! asks DuckDB the same.

use std::path::Path;
use std::time::Instant;

fn main() -> Result<(), extract::assess::AssessError> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_default();
    let columns: Vec<String> = arguments.collect();
    let begin = Instant::now();
    let sizes = extract::assess::row_class_sizes(Path::new(&path), &columns, 2)?;
    println!(
        "{:.2} s, {} classes, {} unique, {} under 5, {} under 10",
        begin.elapsed().as_secs_f64(),
        sizes.classes(),
        sizes.uniques(),
        sizes.people_under(5),
        sizes.people_under(10)
    );
    Ok(())
}
