//! Where a cell is that could not be read: the engine gives rows without their places, so the files are read again, one
//! by one and in their order, until the column cannot be treated.

use datafusion::prelude::ident;
use futures::StreamExt;

use super::ExtractError;
use super::run::Run;
use crate::rows::{ColumnFault, Worker};
use crate::source::{Engine, Opened, SourceError};
use crate::treat::{Fault, Treater};
use crate::{select, source};

/// The error for such cells, with the file and the row of the first.
pub(super) async fn cells(run: &Run<'_>, number: usize, treaters: Vec<Treater>, found: ColumnFault) -> ExtractError {
    let place = match place(run, number, &treaters, &found).await {
        Ok(Some(place)) => place,
        // The error that stopped the extract is the better one.
        Ok(None) | Err(_) => "a row that was not found again".to_owned(),
    };
    ExtractError::Cells {
        dataset: run.plan.datasets[number].name.clone(),
        column: found.column,
        place,
        expected: found.fault.expected,
        rows: found.fault.rows,
    }
}

async fn place(
    run: &Run<'_>,
    number: usize,
    treaters: &[Treater],
    found: &ColumnFault,
) -> Result<Option<String>, SourceError> {
    // One thread keeps the order of rows.
    let engine = Engine::new(run.task.memory, 1, &run.partial.spill())?;
    for file in run.opened[number].each_file()? {
        if let Some(row) = row(&engine, run, number, &file, treaters, found).await? {
            let path = file.files.paths.first().map(|path| path.display().to_string()).unwrap_or_default();
            return Ok(Some(format!("{path}, row {row}")));
        }
    }
    Ok(None)
}

/// The first row of a file, from 1 and without the header, whose cell cannot be treated.
async fn row(
    engine: &Engine,
    run: &Run<'_>,
    number: usize,
    file: &Opened,
    treaters: &[Treater],
    found: &ColumnFault,
) -> Result<Option<u64>, SourceError> {
    let planned = &run.plan.datasets[number];
    let mut columns = Worker::reads(planned);
    columns.retain(|column| file.schema.field_with_name(column).is_ok());
    let Some(place) = columns.iter().position(|column| *column == found.column) else { return Ok(None) };
    let rows = engine.rows(file, Vec::new())?;
    let rows = engine.columns(&file.name, rows, columns.iter().map(ident).collect())?;
    let mut stream = rows.execute_stream().await.map_err(|error| source::engine(&file.name, &error))?;
    let treater = planned.columns.iter().zip(treaters).find(|(column, _)| column.name == found.column);
    let year = planned.rows.year.as_ref().and_then(|(name, _)| columns.iter().position(|column| column == name));
    let mut before = 0;
    while let Some(batch) = stream.next().await {
        let batch = batch.map_err(|error| source::engine(&file.name, &error))?;
        let array = batch.column(place);
        let years = year.map(|year| select::years(batch.column(year)));
        let is = |name: &Option<(String, arrow::datatypes::DataType)>| {
            name.as_ref().is_some_and(|(name, _)| *name == found.column)
        };
        let mut faults: Vec<Fault> = Vec::new();
        if is(&planned.rows.year) {
            faults.extend(select::years(array).err());
        }
        if is(&planned.rows.born) {
            faults.extend(select::cohorts(array).err());
        }
        if let Some((_, treater)) = treater {
            let years = match years {
                Some(Ok(years)) => years,
                _ => vec![planned.rows.of_year; batch.num_rows()],
            };
            faults.extend(treater.treat(array, &years).err());
        }
        // A cell of the same column may be bad in more than one way; the one that stopped the extract is looked for.
        let same = faults.into_iter().find(|fault| fault.expected == found.fault.expected);
        if let Some(fault) = same {
            return Ok(Some(before + fault.row as u64 + 1));
        }
        before += batch.num_rows() as u64;
    }
    Ok(None)
}
