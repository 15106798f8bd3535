//! Stylesheet, script, icons and fonts: inside the binary, named by their content, compressed once, kept by browsers for a year.

use std::{collections::HashMap, io::Write, sync::LazyLock};

use axum::{
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use rust_embed::Embed;
use sha2::{Digest, Sha256};

#[derive(Embed)]
#[folder = "src/web/assets"]
#[exclude = "*.md"]
#[exclude = "*.LICENSE"]
struct Embedded;

struct Asset {
    address: String,
    kind: &'static str,
    plain: Bytes,
    gzip: Option<Bytes>,
    brotli: Option<Bytes>,
}

static ASSETS: LazyLock<HashMap<String, Asset>> = LazyLock::new(|| {
    let mut names: Vec<String> = Embedded::iter().map(std::borrow::Cow::into_owned).collect();
    // Fonts first: the stylesheet names them by their hashed addresses.
    names.sort_by_key(|name| (!name.starts_with("fonts/"), name.clone()));
    let mut assets = HashMap::new();
    for name in names {
        let Some(file) = Embedded::get(&name) else { continue };
        let content = if name.ends_with(".css") {
            Bytes::from(with_addresses(&String::from_utf8_lossy(&file.data), &assets))
        } else {
            Bytes::from(file.data.into_owned())
        };
        assets.insert(name.clone(), asset(&name, content));
    }
    assets
});

fn with_addresses(css: &str, assets: &HashMap<String, Asset>) -> String {
    assets
        .iter()
        .fold(css.to_owned(), |css, (name, asset)| css.replace(&format!("url({name})"), &format!("url({})", asset.address)))
}

fn asset(name: &str, plain: Bytes) -> Asset {
    let hash = crate::secret::hex(&Sha256::digest(&plain)[..6]);
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "bin"));
    let kind = match ending {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        _ => "text/plain; charset=utf-8",
    };
    let shrinks = ending != "woff2";
    Asset {
        address: format!("/assets/{stem}.{hash}.{ending}"),
        kind,
        gzip: shrinks.then(|| gzipped(&plain)).flatten(),
        brotli: shrinks.then(|| brotlied(&plain)).flatten(),
        plain,
    }
}

fn gzipped(plain: &[u8]) -> Option<Bytes> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

fn brotlied(plain: &[u8]) -> Option<Bytes> {
    // Quality 9 keeps the start quick, even in an unoptimised build; 11 would save two per cent more.
    let mut out = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality: 9, ..Default::default() };
    brotli::BrotliCompress(&mut &*plain, &mut out, &params).ok()?;
    Some(Bytes::from(out))
}

/// The address of an asset; the bare name's address when there is no such asset, which a test then finds missing.
pub(super) fn address(name: &str) -> &'static str {
    ASSETS.get(name).map_or("/assets/missing", |asset| &asset.address)
}

/// Answers `/assets/{*name}`.
pub(super) async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let wanted = format!("/assets/{name}");
    let Some(asset) = ASSETS.values().find(|asset| asset.address == wanted) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let accepts = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (encoding, body) = match (&asset.brotli, &asset.gzip) {
        (Some(body), _) if accepts.contains("br") => (Some("br"), body),
        (_, Some(body)) if accepts.contains("gzip") => (Some("gzip"), body),
        _ => (None, &asset.plain),
    };
    let mut response = (
        [
            (header::CONTENT_TYPE, asset.kind),
            (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            (header::VARY, "accept-encoding"),
        ],
        body.clone(),
    )
        .into_response();
    if let Some(encoding) = encoding {
        response.headers_mut().insert(header::CONTENT_ENCODING, header::HeaderValue::from_static(encoding));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stylesheet_names_fonts_by_their_content() {
        let css = String::from_utf8_lossy(&ASSETS["everbetter.css"].plain).into_owned();
        assert!(css.contains("url(/assets/fonts/figtree-latin."), "fonts keep their bare names");
        assert!(address("everbetter.css").starts_with("/assets/everbetter."));
    }

    #[test]
    fn compressed_assets_unpack_to_the_plain_ones() {
        let asset = &ASSETS["app.js"];
        let mut unpacked = Vec::new();
        let packed = asset.brotli.clone().expect("scripts are packed");
        brotli::BrotliDecompress(&mut &packed[..], &mut unpacked).expect("unpacks");
        assert_eq!(unpacked, asset.plain);
        assert!(packed.len() < asset.plain.len() / 2);
    }
}
