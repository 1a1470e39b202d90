//! `/catalogue.jsonld`: a catalogue as data portals harvest it (DCAT 3, W3C Recommendation of 22 August 2024).

use axum::extract::RawQuery;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use register::listing::{ListedFile, Listing};
use serde_json::{Value, json};

use super::form;
use crate::web::address::SiteAddress;
use crate::web::database::{DatasetUses, Info};
use crate::web::problem::Problem;
use crate::web::{View, data, words};

/// `/catalogue.jsonld`
pub async fn catalogue(view: View, site: SiteAddress, _: RawQuery) -> Result<Response, Problem> {
    let (datasets, info) = view.read(|reader| reader.dataset_uses()).await?;
    let list = data::list(view.public()).await;
    let document = document(&site, &info, list.as_ref(), &datasets);
    Ok(([(CONTENT_TYPE, "application/ld+json")], document.to_string()).into_response())
}

fn document(site: &SiteAddress, info: &Info, list: Option<&Listing>, datasets: &[DatasetUses]) -> Value {
    let files = list.map_or(&[][..], |list| &list.files);
    let publisher = json!({ "@id": site.join("/about"), "@type": "foaf:Agent", "foaf:name": info.custodian });
    let modified = info.data_as_at.map(|moment| moment.to_string());
    let register = json!({
        "@id": site.join("/data"),
        "@type": "dcat:Dataset",
        "dcterms:title": english(&info.name),
        "dcterms:description": english(&format!(
            "Every request for data about {}, every decision with its reasons, every release and what became of it: {}.",
            info.population,
            words::count(info.total("shares"), "share", "shares"),
        )),
        "dcterms:identifier": info.origin,
        "dcterms:publisher": { "@id": site.join("/about") },
        "dcterms:modified": modified,
        "dcat:version": list.map(|list| list.snapshot.size.to_string()),
        "dcat:landingPage": { "@id": site.join("/data") },
        "dcterms:accessRights": access("PUBLIC"),
        "dcat:distribution": files.iter().map(|file| distribution(site, file)).collect::<Vec<_>>(),
    });
    let described = datasets.iter().map(|dataset| described(site, info, dataset));
    json!({
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dcterms": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "spdx": "http://spdx.org/rdf/terms#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
            "dcterms:modified": { "@type": "xsd:dateTime" },
            "dcat:byteSize": { "@type": "xsd:nonNegativeInteger" },
            "spdx:checksumValue": { "@type": "xsd:hexBinary" },
        },
        "@id": site.join("/catalogue.jsonld"),
        "@type": "dcat:Catalog",
        "dcterms:title": english(&info.name),
        "dcterms:description": english(&format!(
            "What {} publishes about who has been given data about {}, and the datasets that it was taken from.",
            info.custodian, info.population
        )),
        "dcterms:publisher": publisher,
        "dcterms:modified": modified,
        "dcterms:language": { "@id": "http://publications.europa.eu/resource/authority/language/ENG" },
        "foaf:homepage": { "@id": site.join("/") },
        "dcat:dataset": std::iter::once(register).chain(described).collect::<Vec<_>>(),
        "dcat:service": [{
            "@id": site.join("/api/v1"),
            "@type": "dcat:DataService",
            "dcterms:title": english("The register for programs"),
            "dcat:endpointURL": { "@id": site.join("/api/v1") },
            "dcat:endpointDescription": { "@id": site.join("/api/v1/openapi.json") },
            "dcat:landingPage": { "@id": site.join("/api") },
            "dcat:servesDataset": { "@id": site.join("/data") },
        }],
    })
}

/// A dataset that the register is about. It is not published, so it has no distribution: what can be read is who got it.
fn described(site: &SiteAddress, info: &Info, dataset: &DatasetUses) -> Value {
    json!({
        "@id": site.join(&format!("/api/v1/datasets/{}", words::encode(&dataset.slug))),
        "@type": "dcat:Dataset",
        "dcterms:title": english(dataset.name()),
        "dcat:keyword": dataset.names.iter().map(|name| english(name)).collect::<Vec<_>>(),
        "dcterms:description": english(&format!(
            "Data about {}, held by {}. It is not published; {} in the register.",
            info.population,
            info.custodian,
            match dataset.shares {
                1 => "1 share of it is".to_owned(),
                many => format!("{} shares of it are", words::number(many)),
            },
        )),
        "dcterms:identifier": dataset.slug,
        "dcterms:publisher": { "@id": site.join("/about") },
        "dcterms:accessRights": access("RESTRICTED"),
        "dcat:landingPage": { "@id": site.join(&format!("/find?{}", dataset.query())) },
    })
}

fn distribution(site: &SiteAddress, file: &ListedFile) -> Value {
    let address = site.join(&format!("/{}", file.path));
    let (media_type, specification) = form(&file.path);
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let mut distribution = json!({
        "@id": address,
        "@type": "dcat:Distribution",
        "dcterms:title": english(&data::what(name)),
        "dcat:accessURL": { "@id": site.join("/data") },
        "dcat:downloadURL": { "@id": address },
        "dcat:mediaType": { "@id": format!("https://www.iana.org/assignments/media-types/{media_type}") },
        "dcat:byteSize": file.bytes.to_string(),
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": { "@id": "spdx:checksumAlgorithm_sha256" },
            "spdx:checksumValue": file.sha256,
        },
    });
    if let Some(specification) = specification {
        distribution["dcterms:conformsTo"] = json!({ "@id": specification });
    }
    distribution
}

fn access(right: &str) -> Value {
    json!({ "@id": format!("http://publications.europa.eu/resource/authority/access-right/{right}") })
}

fn english(text: &str) -> Value {
    json!({ "@language": "en", "@value": text })
}
