//! The whole router, and the server that runs it.

use std::sync::{Arc, LazyLock, atomic::Ordering};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, Predicate, predicate::DefaultPredicate},
    timeout::TimeoutLayer,
};

use super::{assets, layers};
use crate::{
    access::Route,
    api::Allowances,
    app::App,
    db,
    error::{DISK_WAS_FULL, Error},
    jobs,
    settings::Settings,
};

/// Counts and times since the start. One for the process: the recorder behind it is global.
static METRICS: LazyLock<Option<PrometheusHandle>> = LazyLock::new(|| PrometheusBuilder::new().install_recorder().ok());

/// The router of the whole house, and the table of its routes.
pub fn build(app: &Arc<App>) -> (Router, Vec<Route>) {
    let routes = app.house.routes();
    let table = routes.table().to_vec();
    let _ = &*METRICS;
    let pages = routes
        .into_router()
        .fallback(|| async { Error::NotFound })
        .method_not_allowed_fallback(|| async { StatusCode::METHOD_NOT_ALLOWED })
        .layer(CatchPanicLayer::custom(panicked))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, std::time::Duration::from_secs(60)))
        .layer(middleware::from_fn_with_state((Arc::clone(app), Arc::new(Allowances::default())), layers::identify))
        // Pages are packed anew for each visitor: brotli, or a better ratio, would cost more time than the network gives back.
        .layer(
            CompressionLayer::new()
                .quality(CompressionLevel::Fastest)
                .compress_when(DefaultPredicate::new().and(not_compressed_yet)),
        );
    let router = pages
        .route("/assets/{*name}", get(assets::serve))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics_text))
        .layer(middleware::from_fn_with_state(Arc::clone(app), layers::headers))
        .layer(middleware::from_fn(layers::observe))
        .with_state(Arc::clone(app));
    (router, table)
}

fn not_compressed_yet(
    _: axum::http::StatusCode,
    _: axum::http::Version,
    headers: &axum::http::HeaderMap,
    _: &axum::http::Extensions,
) -> bool {
    !headers.contains_key(header::CONTENT_ENCODING)
}

fn panicked(cause: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let text = cause
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| cause.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "a panic without words".to_owned());
    Error::Ours(text).into_response()
}

async fn ready(State(app): State<Arc<App>>) -> Response {
    match db::scalar::<i64>(app.db.read(), "select count(*) from setting", vec![]).await {
        Ok(_) if DISK_WAS_FULL.load(Ordering::Relaxed) => match write_something(&app).await {
            Ok(()) => {
                DISK_WAS_FULL.store(false, Ordering::Relaxed);
                "ready\n".into_response()
            }
            Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the disk is full: reading works, saving does not\n").into_response(),
        },
        Ok(_) => "ready\n".into_response(),
        Err(error) => {
            tracing::error!(%error, "not ready: the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}

/// Finds out whether there is room again, in the database and beside it.
async fn write_something(app: &App) -> Result<(), Error> {
    let now = app.clock.now().to_rfc3339();
    app.db.write(async |tx| Settings::set(&**tx, "room_found_at", &now).await).await?;
    let file = app.config.data.join("room-for-files");
    let written = std::fs::write(&file, [b' '; 8192]);
    // What a full disk left of it goes as well.
    let removed = std::fs::remove_file(&file);
    written?;
    Ok(removed?)
}

async fn metrics_text(State(app): State<Arc<App>>) -> Response {
    if let Ok(load) = jobs::load(app.db.read()).await {
        #[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
        for (state, count) in [("waiting", load.waiting), ("retrying", load.retrying), ("given_up", load.given_up)] {
            metrics::gauge!("jobs", "state" => state).set(count as f64);
        }
    }
    match &*METRICS {
        Some(handle) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render()).into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// Answers requests and runs jobs until the process is told to stop; then lets open requests end.
///
/// # Errors
/// When the address can't be listened on.
pub async fn serve(app: Arc<App>, listener: tokio::net::TcpListener) -> std::io::Result<()> {
    let (router, _) = build(&app);
    let workers = tokio::spawn(jobs::run_workers(Arc::clone(&app)));
    let service = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(told_to_stop()).await?;
    workers.abort();
    Ok(())
}

async fn told_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        _ = interrupted => {}
        () = terminated => {}
    }
}
