//! A view of the register: what one request sees of it. Handlers take this and nothing else, so that a page cannot mix two
//! states of the register.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use register::PartialDate;

use super::Site;
use super::database::{DatabaseError, Info, Reader};

/// What one request sees.
#[derive(Clone)]
pub struct View {
    site: Site,
}

impl View {
    /// The register as it stands now.
    pub fn now(site: Site) -> Self {
        Self { site }
    }

    /// The public folder, for what is not in the database: the log's files and the downloads.
    pub fn public(&self) -> &Path {
        self.site.public()
    }

    /// The day on which lateness is computed.
    pub fn today(&self) -> PartialDate {
        self.site.today()
    }

    /// Asks the register one question, which may be made of several queries; they see one state of it.
    ///
    /// # Errors
    /// Where the register cannot be read, or the question takes too long.
    pub async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Reader) -> Result<T, DatabaseError> + Send + 'static,
    ) -> Result<(T, Arc<Info>), DatabaseError> {
        self.site.database().read(move |reader| Ok((question(reader)?, Arc::clone(&reader.info)))).await
    }

    /// Whose register this is, and the checkpoint at which it was computed.
    ///
    /// # Errors
    /// Where the register cannot be read.
    pub async fn info(&self) -> Result<Arc<Info>, DatabaseError> {
        Ok(self.read(|_| Ok(())).await?.1)
    }
}

impl FromRequestParts<Site> for View {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, site: &Site) -> Result<Self, Infallible> {
        Ok(Self::now(site.clone()))
    }
}
