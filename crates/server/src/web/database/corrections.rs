//! Corrections and redactions, each with what it corrected, so that a page can show before and after.

use register::statement::{Body, Kind};
use register::vocabulary::Channel;
use rusqlite::params_from_iter;
use rusqlite::types::Value;

use super::share::{FieldText, text};
use super::statement::StatementView;
use super::{DatabaseError, Reader};

/// One correction or redaction.
#[derive(Debug)]
pub struct CorrectionView {
    /// Its statement.
    pub index: u64,
    /// The statement that it is about, followed by everything that corrects that one, oldest first.
    pub chain: Vec<StatementView>,
    /// The correction or redaction itself.
    pub view: StatementView,
    /// The texts of the statement that it is about, as they stand and as they stood.
    pub texts: Vec<FieldText>,
}

impl Reader<'_> {
    /// Corrections and redactions before an index, newest first.
    pub fn corrections(&self, before: u64, limit: u64) -> Result<Vec<CorrectionView>, DatabaseError> {
        let newest = "SELECT idx FROM statement WHERE kind = ? AND idx < ? ORDER BY idx DESC LIMIT ?";
        let mut indices: Vec<u64> = Vec::new();
        for kind in [Kind::Correction, Kind::Redaction] {
            let before = i64::try_from(before).unwrap_or(i64::MAX);
            indices.extend(self.rows(newest, (kind.code(), before, limit), |row| row.get::<_, u64>(0))?);
        }
        indices.sort_unstable_by(|a, b| b.cmp(a));
        indices.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        self.correction_views(&indices)
    }

    /// Corrections to shares that came by these channels, newest first.
    pub fn corrections_by_channel(
        &self,
        channels: &[Channel],
        limit: u64,
    ) -> Result<Vec<CorrectionView>, DatabaseError> {
        let places = vec!["?"; channels.len()].join(", ");
        let sql = format!(
            "SELECT statement.idx FROM statement JOIN share ON share.id = statement.share_id \
             WHERE statement.kind = 'correction' AND share.channel IN ({places}) ORDER BY statement.idx DESC LIMIT ?"
        );
        let codes = channels.iter().map(|channel| Value::Text(channel.code().to_owned()));
        let values = codes.chain([Value::Integer(i64::try_from(limit).unwrap_or(i64::MAX))]);
        let indices: Vec<u64> = self.rows(&sql, params_from_iter(values), |row| row.get(0))?;
        self.correction_views(&indices)
    }

    /// How many corrections and redactions there are.
    pub fn correction_counts(&self) -> Result<(u64, u64), DatabaseError> {
        let mut count = self.connection.prepare_cached("SELECT count(*) FROM statement WHERE kind = ?")?;
        let mut of = |kind: Kind| count.query_row([kind.code()], |row| row.get(0));
        Ok((of(Kind::Correction)?, of(Kind::Redaction)?))
    }

    fn correction_views(&self, indices: &[u64]) -> Result<Vec<CorrectionView>, DatabaseError> {
        let mut views = Vec::with_capacity(indices.len());
        for index in indices {
            let Some((view, ..)) = self.statement(*index)? else { continue };
            let target = match view.statement.as_ref().map(|read| &read.body) {
                Some(Body::Redaction(redaction)) => Some(redaction.of),
                _ => view.corrects,
            };
            let (chain, texts) = match target {
                Some(target) => (
                    self.with_corrections(target)?,
                    self.rows("SELECT * FROM text WHERE statement = ? ORDER BY name, replaced_by", [target], text)?,
                ),
                None => (Vec::new(), Vec::new()),
            };
            views.push(CorrectionView { index: *index, chain, view, texts });
        }
        Ok(views)
    }
}
