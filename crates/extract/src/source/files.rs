//! Which files a dataset is, and what columns they have.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::datasource::TableProvider;
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::csv::CsvFormat;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{SourceError, engine};

/// In which format a dataset's files are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Apache Parquet.
    Parquet,
    /// CSV (RFC 4180) in UTF-8, with a header.
    Csv,
}

/// The files of a dataset, sorted by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// Their format.
    pub format: Format,
    /// At least one.
    pub paths: Vec<PathBuf>,
}

impl Format {
    fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "parquet" => Some(Self::Parquet),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }
}

impl Files {
    /// The file, or those of the folder that do not begin with a dot or a line.
    ///
    /// # Errors
    /// If there is none, there are others among them, or folders.
    pub fn find(path: &Path) -> Result<Self, SourceError> {
        let form =
            |path: &Path, message: &str| SourceError::Form { path: path.to_owned(), message: message.to_owned() };
        let path = path.canonicalize().map_err(at(path))?;
        let mut paths = Vec::new();
        if path.is_dir() {
            for entry in fs::read_dir(&path).map_err(at(&path))? {
                let entry = entry.map_err(at(&path))?;
                let name = entry.file_name();
                if !name.to_string_lossy().starts_with(['.', '_']) {
                    // What a link leads to is what is read.
                    paths.push(entry.path().canonicalize().map_err(at(&entry.path()))?);
                }
            }
            paths.sort();
        } else {
            paths.push(path.clone());
        }
        let first = paths.first().ok_or_else(|| form(&path, "expected at least one Parquet or CSV file"))?;
        let format = Format::of(first);
        for file in &paths {
            if !file.is_file() || Format::of(file).is_none() {
                return Err(form(file, "expected Parquet or CSV files only, whose names end in .parquet or .csv"));
            }
            if Format::of(file) != format {
                return Err(form(file, "expected files of one format, found Parquet and CSV"));
            }
        }
        let format = format.ok_or_else(|| form(&path, "expected a Parquet or a CSV file"))?;
        Ok(Self { format, paths })
    }

    /// Each file by itself.
    pub fn each(&self) -> impl Iterator<Item = Self> {
        self.paths.iter().map(|path| Self { format: self.format, paths: vec![path.clone()] })
    }

    /// About how many rows there are: Parquet files say it, of CSV files it is guessed from the length of the first
    /// lines.
    pub fn rows(&self) -> u64 {
        self.paths.iter().filter_map(|path| self.rows_of(path).ok()).sum()
    }

    fn rows_of(&self, path: &Path) -> io::Result<u64> {
        let file = File::open(path)?;
        match self.format {
            Format::Parquet => {
                let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(io::Error::other)?;
                Ok(reader.metadata().file_metadata().num_rows().try_into().unwrap_or(0))
            }
            Format::Csv => {
                let bytes = file.metadata()?.len();
                let mut lines = BufReader::new(file).split(b'\n');
                let (mut count, mut length) = (0_u64, 0_u64);
                while let Some(line) = lines.next().transpose()?.filter(|_| count < 1_000) {
                    count += 1;
                    length += line.len() as u64 + 1;
                }
                Ok((bytes * count).checked_div(length).unwrap_or(0).saturating_sub(1))
            }
        }
    }

    /// The table that the engine reads, and its columns.
    pub(super) fn table(&self) -> Result<(Arc<dyn TableProvider>, SchemaRef), SourceError> {
        let (format, schema): (Arc<dyn FileFormat>, SchemaRef) = match self.format {
            Format::Parquet => {
                let format = ParquetFormat::default().with_force_view_types(false).with_skip_metadata(true);
                (Arc::new(format), Arc::new(self.parquet_schema()?))
            }
            Format::Csv => {
                let format = CsvFormat::default().with_has_header(true).with_newlines_in_values(true);
                (Arc::new(format), Arc::new(self.csv_schema()?))
            }
        };
        let urls = self.paths.iter().map(|path| url(path)).collect::<Result<Vec<_>, _>>()?;
        // Names are those found above, whatever their ending's case.
        let options = ListingOptions::new(format).with_file_extension("");
        let config = ListingTableConfig::new_with_multi_paths(urls)
            .with_listing_options(options)
            .with_schema(Arc::clone(&schema));
        let table = ListingTable::try_new(config).map_err(|error| engine(&self.first(), &error))?;
        Ok((Arc::new(table), schema))
    }

    fn first(&self) -> String {
        self.paths.first().map(|path| path.display().to_string()).unwrap_or_default()
    }

    fn parquet_schema(&self) -> Result<Schema, SourceError> {
        let mut merged = Schema::empty();
        for path in &self.paths {
            let form = |message: String| SourceError::Form { path: path.clone(), message };
            let file = File::open(path).map_err(at(path))?;
            let reader = ParquetRecordBatchReaderBuilder::try_new(file)
                .map_err(|error| form(format!("expected a Parquet file: {error}")))?;
            let fields: Vec<_> = reader
                .schema()
                .fields()
                .iter()
                .map(|field| Arc::new(field.as_ref().clone().with_metadata(Default::default()).with_nullable(true)))
                .collect();
            merged = Schema::try_merge([merged, Schema::new(fields)])
                .map_err(|_| form("a column of this file has another type than in the files before it".to_owned()))?;
        }
        let viewed = merged.fields().iter().map(|field| match field.data_type() {
            // Rows that do not leave are looked at without a copy of their texts.
            DataType::Utf8 | DataType::LargeUtf8 => Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8View)),
            _ => Arc::clone(field),
        });
        Ok(Schema::new(viewed.collect::<Vec<_>>()))
    }

    fn csv_schema(&self) -> Result<Schema, SourceError> {
        let mut first: Option<Vec<String>> = None;
        for path in &self.paths {
            let names = header(path)?;
            match &first {
                None => first = Some(names),
                Some(first) if *first == names => {}
                Some(_) => {
                    let message = "expected the same columns in the same order as in the files before it".to_owned();
                    return Err(SourceError::Form { path: path.clone(), message });
                }
            }
        }
        let fields = first.unwrap_or_default().into_iter().map(|name| Field::new(name, DataType::Utf8, true));
        Ok(Schema::new(fields.collect::<Vec<_>>()))
    }
}

/// The names in the first line of a CSV file.
fn header(path: &Path) -> Result<Vec<String>, SourceError> {
    let form = |message: String| SourceError::Form { path: path.to_owned(), message };
    let file = File::open(path).map_err(at(path))?;
    let mut input = BufReader::new(file);
    if input.fill_buf().map_err(at(path))?.starts_with("\u{feff}".as_bytes()) {
        input.consume(3);
    }
    let format = arrow::csv::reader::Format::default().with_header(true);
    let (schema, _) = format.infer_schema(input, Some(0)).map_err(|_| form("expected a header in UTF-8".to_owned()))?;
    let names: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let mut sorted = names.clone();
    sorted.sort();
    sorted.dedup();
    if names.is_empty() || sorted.len() < names.len() {
        return Err(form("expected a header that names each column once".to_owned()));
    }
    Ok(names)
}

/// A file's address. Every letter that could mean something else in one is written by its number.
fn url(path: &Path) -> Result<ListingTableUrl, SourceError> {
    let mut address = "file://".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'-' | b'_') {
            address.push(char::from(*byte));
        } else {
            address.push_str(&format!("%{byte:02X}"));
        }
    }
    let form = |_| SourceError::Form { path: path.to_owned(), message: "expected a path in UTF-8".to_owned() };
    ListingTableUrl::parse(address).map_err(form)
}

pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> SourceError {
    let path = path.to_owned();
    move |source| SourceError::File { path, source }
}
