//! The description of the interface says what there is.

use std::collections::BTreeSet;

use kts_server::api::ROUTES;
use serde_json::Value;

use crate::common::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_description_and_the_interface_agree() {
    let house = House::new("");
    let server = house.start();
    let description = server.get("/openapi.json", "").await;
    assert_eq!(description["openapi"], "3.1.0");
    let paths = description["paths"].as_object().unwrap();
    let mut described = BTreeSet::new();
    for (path, methods) in paths {
        for (method, operation) in methods.as_object().unwrap() {
            if method == "parameters" {
                continue;
            }
            described.insert((path.clone(), method.clone()));
            assert!(operation["summary"].is_string(), "{method} {path}");
            let open = operation["security"].as_array().is_some_and(Vec::is_empty);
            // Without a token nothing is told, except where the description says so.
            let real = path.replace("{sn}", SN).replace("{object}", "1").replace("{id}", "1").replace("{name}", "bob");
            let (status, answer) = server.request(&method.to_uppercase(), &real, "wrong", None).await;
            assert_eq!(status, if open { 200 } else { 401 }, "{method} {path}: {answer}");
            assert!(!operation["responses"][status.to_string()].is_null(), "{method} {path} {status}");
            // Names in braces are described.
            for name in path.split('{').skip(1).map(|part| part.split('}').next().unwrap()) {
                let has = |parameter: &Value| resolve(&description, parameter)["name"] == name;
                assert!(methods["parameters"].as_array().unwrap().iter().any(has), "{path} {name}");
            }
        }
    }
    let there: BTreeSet<_> = ROUTES.iter().map(|(path, method)| ((*path).to_owned(), (*method).to_owned())).collect();
    assert_eq!(described, there);
    // Every error has its word in the description.
    let words = &description["components"]["schemas"]["Error"]["properties"]["error"]["enum"];
    for word in ["unauthenticated", "not_connected", "not_registered", "not_allowed", "bad_request", "too_large", "timed_out"] {
        assert!(words.as_array().unwrap().contains(&word.into()), "{word}");
    }
}

/// Follows a `$ref`.
fn resolve<'d>(description: &'d Value, value: &'d Value) -> &'d Value {
    match value["$ref"].as_str() {
        Some(path) => description.pointer(path.trim_start_matches('#')).unwrap_or_else(|| panic!("{path}")),
        None => value,
    }
}
