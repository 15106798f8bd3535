//! Asking the provider: few requests, none of them followed elsewhere, bounded in time and size.

use std::{sync::LazyLock, time::Duration};

use axum::http::{Method, Request, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::de::DeserializeOwned;

use super::Refusal;

/// A provider that has not answered by then does not answer.
const PATIENCE: Duration = Duration::from_secs(8);
/// The most that is read of an answer.
const LARGEST: usize = 256 * 1024;

type Caller = Client<HttpsConnector<HttpConnector>, Full<axum::body::Bytes>>;

static CALLER: LazyLock<Result<Caller, String>> = LazyLock::new(|| {
    let connector = HttpsConnectorBuilder::new()
        .with_native_roots()
        .map_err(|error| error.to_string())?
        .https_or_http()
        .enable_http1()
        .build();
    Ok(Client::builder(TokioExecutor::new()).build(connector))
});

/// Sends a request and reads the JSON that comes back.
pub(super) async fn ask<T: DeserializeOwned>(
    method: Method,
    address: &str,
    authorization: Option<String>,
    form: Option<String>,
) -> Result<T, Refusal> {
    let unreachable = |error: String| Refusal::Unreachable(error);
    let caller = CALLER.as_ref().map_err(|error| unreachable(error.clone()))?;
    let mut request = Request::builder().method(method).uri(address).header(header::ACCEPT, "application/json");
    if let Some(authorization) = authorization {
        request = request.header(header::AUTHORIZATION, authorization);
    }
    if form.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    let request = request.body(Full::from(form.unwrap_or_default())).map_err(|error| unreachable(error.to_string()))?;
    let call = async {
        let response = caller.request(request).await.map_err(|error| unreachable(error.to_string()))?;
        let status = response.status();
        let body = Limited::new(response.into_body(), LARGEST).collect().await.map_err(|error| unreachable(error.to_string()))?;
        if !status.is_success() {
            return Err(unreachable(format!("it answers {status}")));
        }
        serde_json::from_slice(&body.to_bytes()).map_err(|error| unreachable(format!("its answer can't be read: {error}")))
    };
    tokio::time::timeout(PATIENCE, call).await.map_err(|_| unreachable("it does not answer in time".to_owned()))?
}
