//! The OpenAPI document: what the handlers say of themselves, with what they all have in common added in one place.

use axum::extract::RawQuery;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use utoipa::openapi::{OpenApi, RefOr};

use super::parameter::{AS_OF, Asked, Parameter};
use crate::web::View;
use crate::web::problem::{KINDS, Problem};

const ABOUT: &str = "Everything that the register's pages say, for programs. No key is needed and nothing can be written. \
    Every answer names the checkpoint at which it stands: the same checkpoint gives the same answer, and anybody can \
    compute it again from the log's files.\n\nLists come in parts. `next` holds the address of the next one, and so does \
    the `Link` header; statements that are published while somebody walks through a list neither repeat a row nor lose \
    one that was there and has not changed.\n\nEvery answer has an `ETag`. Send it back in `If-None-Match`: where nothing \
    has changed, the answer is 304 and has no body. Every origin may read every answer.\n\nAddresses in answers are \
    relative to the site.";

/// The document of these handlers, each with the parameters that it reads.
pub fn finished(mut document: OpenApi, takes: &[(&str, &[&[Parameter]])]) -> Value {
    for (path, item) in &mut document.paths.paths {
        let Some(get) = &mut item.get else { continue };
        let own = takes.iter().find(|(known, _)| known == path).map_or(&[][..], |(_, takes)| takes);
        let parameters =
            own.iter().copied().flatten().chain([&AS_OF]).map(|parameter| RefOr::T(parameter.documented()));
        get.parameters.get_or_insert_default().extend(parameters);
    }
    let mut document = serde_json::to_value(document).unwrap_or_default();
    document["info"] = json!({
        "title": "Rollcall",
        "version": "1",
        "description": ABOUT,
        "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" },
    });
    document["tags"] = json!([
        { "name": "Register", "description": "What register this is, and where everything is" },
        { "name": "Shares", "description": "Requests for access, and all that followed" },
        { "name": "Recipients and datasets", "description": "Who got access, and to what" },
        { "name": "Log", "description": "Statements as they were logged" },
    ]);
    let components = &mut document["components"];
    components["headers"] = headers();
    components["responses"] = json!({
        "NotModified": { "description": "Nothing has changed since the answer with the tag or date that was sent",
            "headers": { "ETag": header("ETag"), "Last-Modified": header("Last-Modified") } },
        "BadRequest": problem("A parameter that there is not, or a value that it cannot have"),
        "NotFound": problem("The register has nothing under this address"),
        "MethodNotAllowed": problem("This can only be read"),
        "NotAcceptable": problem("There is no answer in a form that was asked for"),
        "AddressTooLong": problem("The address is longer than 4,096 bytes"),
        "HeadTooLarge": { "description": "The address and headers are longer than 16 KiB together; there is no body" },
        "TooManyRequests": waiting("More was asked for in a minute than is fair"),
        "ServiceUnavailable": waiting("The register cannot be read at the moment, or the answer took too long"),
    });
    components["schemas"]["Problem"] = problem_schema();
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        let get = &mut item["get"];
        let responses = &mut get["responses"];
        responses["200"]["headers"] = json!({
            "ETag": header("ETag"), "Last-Modified": header("Last-Modified"), "Link": header("Link"),
            "RateLimit": header("RateLimit"), "RateLimit-Policy": header("RateLimit-Policy"),
        });
        let common = [
            ("304", "NotModified"),
            ("400", "BadRequest"),
            ("405", "MethodNotAllowed"),
            ("406", "NotAcceptable"),
            ("414", "AddressTooLong"),
            ("429", "TooManyRequests"),
            ("431", "HeadTooLarge"),
            ("503", "ServiceUnavailable"),
        ];
        let absent = path.contains('{') || path == "/api/v1/share";
        for (status, name) in common.into_iter().chain(absent.then_some(("404", "NotFound"))) {
            responses[status] = json!({ "$ref": format!("#/components/responses/{name}") });
        }
    }
    document
}

fn header(name: &str) -> Value {
    json!({ "$ref": format!("#/components/headers/{name}") })
}

fn headers() -> Value {
    let text = |description: &str| json!({ "description": description, "schema": { "type": "string" } });
    json!({
        "ETag": text("Stands for exactly this answer; send it back in If-None-Match."),
        "Last-Modified": text("When the newest statement was logged, or when the day began, since lateness depends on it."),
        "Link": text("The next part of a list (rel=\"next\"), where there is one."),
        "RateLimit": text("Requests that are left (r), and seconds until the count begins anew (t)."),
        "RateLimit-Policy": text("Requests that one client may make (q) in so many seconds (w)."),
        "Retry-After": { "description": "Seconds to wait.", "schema": { "type": "integer" } },
    })
}

fn problem(description: &str) -> Value {
    let schema = json!({ "schema": { "$ref": "#/components/schemas/Problem" } });
    json!({ "description": description, "content": { "application/problem+json": schema } })
}

fn waiting(description: &str) -> Value {
    let mut response = problem(description);
    response["headers"] = json!({ "Retry-After": header("Retry-After") });
    response
}

fn problem_schema() -> Value {
    let types: Vec<String> = KINDS.iter().map(|(code, ..)| format!("/api#problem-{code}")).collect();
    json!({
        "type": "object",
        "description": "What went wrong (RFC 9457).",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": { "type": "string", "enum": types, "description": "The place where it is explained" },
            "title": { "type": "string", "description": "What went wrong, the same for every problem of this type" },
            "status": { "type": "integer", "description": "The status of the answer" },
            "detail": { "type": "string", "description": "What was wrong this time, and what to do" },
            "parameter": { "type": "string", "description": "The parameter that it is about" },
            "retry_after": { "type": "integer", "description": "Seconds to wait" },
        },
    })
}

/// `/api/v1/openapi.json`
pub async fn serve(_: View, query: RawQuery) -> Result<Response, Problem> {
    Asked::read(&query, &[])?;
    Ok(([(CONTENT_TYPE, "application/json")], super::DOCUMENT.to_string()).into_response())
}
