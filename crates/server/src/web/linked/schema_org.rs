//! schema.org descriptions for the heads of pages, as search engines for datasets read them.

use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use register::listing::Listing;
use serde_json::{Value, json};

use super::form;
use crate::web::database::{DatasetUses, Info};
use crate::web::problem::Problem;
use crate::web::{View, words};

/// The register and its downloads, for `/data`. Addresses are relative to the page; the version is how
/// many statements the downloads are computed from.
pub fn whole_register(info: &Info, list: Option<&Listing>) -> Value {
    let files = list.map_or(&[][..], |list| &list.files);
    let downloads = files.iter().map(|file| {
        json!({
            "@type": "DataDownload",
            "contentUrl": format!("/{}", file.path),
            "encodingFormat": form(&file.path).0,
            "contentSize": format!("{} B", file.bytes),
            "sha256": file.sha256,
        })
    });
    json!({
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": info.name,
        "description": format!(
            "Every request for data about {}, every decision with its reasons, every release and what became of it.",
            info.population
        ),
        "url": "/data",
        "identifier": info.origin,
        "version": list.map(|list| list.snapshot.size.to_string()),
        "dateModified": info.data_as_at.map(|moment| moment.to_string()),
        "isAccessibleForFree": true,
        "inLanguage": "en",
        "publisher": { "@type": "Organization", "name": info.custodian },
        "distribution": downloads.collect::<Vec<_>>(),
    })
}

/// `/dataset/<slug>/description.jsonld`: what a page of the dataset says in its head.
pub async fn description(view: View, Path(slug): Path<String>) -> Result<Response, Problem> {
    let page = format!("/dataset/{}", words::encode(&slug));
    let (found, info) = view.read(move |reader| reader.uses_of_dataset(&slug)).await?;
    let text = dataset(&info, &found.ok_or(Problem::NotFound)?, &page).to_string();
    Ok(([(CONTENT_TYPE, "application/ld+json")], text).into_response())
}

/// One dataset that the register is about, for its page at this address. What can be had freely is who got it; the data
/// itself is not published.
pub fn dataset(info: &Info, dataset: &DatasetUses, page: &str) -> Value {
    let name = dataset.name();
    json!({
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": name,
        "alternateName": dataset.names.iter().skip(1).collect::<Vec<_>>(),
        "description": format!(
            "{name}: data about {}, held by {}. The data itself is not published. This page says who has been given it: {}.",
            info.population,
            info.custodian,
            words::count(dataset.shares, "share", "shares"),
        ),
        "url": page,
        "identifier": dataset.slug,
        "isAccessibleForFree": false,
        "inLanguage": "en",
        "creator": { "@type": "Organization", "name": info.custodian },
        "includedInDataCatalog": { "@type": "DataCatalog", "name": info.name, "url": "/catalogue.jsonld" },
    })
}

/// A description as the content of a `<script type="application/ld+json">`. Inside it HTML knows no escapes and only one
/// end, so `<` goes in as JSON's own escape, and so do `>` and `&`: no text of the register can close the element.
pub fn script(description: &Value) -> String {
    let text = description.to_string();
    text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_can_close_the_element() {
        let script = script(&json!({ "name": "</script><script>alert(1)</script><!-- &amp;" }));
        assert!(!script.contains(['<', '>', '&']), "{script}");
        let read: Value = serde_json::from_str(&script).unwrap();
        assert_eq!(read["name"], "</script><script>alert(1)</script><!-- &amp;");
    }
}
