//! Photos and documents, as phones and desks make them.

use std::io::{Cursor, Write as _};

use axum::http::Method;
use image::{DynamicImage, ImageFormat, RgbImage};
use platform::testing::{Reply, Visitor};

/// What parts the fields of a form with files.
const EDGE: &str = "edge-of-a-part";

/// Somebody who attaches files.
pub trait Attaches {
    /// Sends a form whose field of that name holds files, from our own page.
    async fn attach(&mut self, path: &str, fields: &[(&str, &str)], field: &str, files: &[(&str, &[u8])]) -> Reply;
}

impl Attaches for Visitor {
    async fn attach(&mut self, path: &str, fields: &[(&str, &str)], field: &str, files: &[(&str, &[u8])]) -> Reply {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(format!("--{EDGE}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
        }
        for (file, content) in files {
            let head = format!("--{EDGE}\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{file}\"\r\n\r\n");
            body.extend([head.as_bytes(), content, b"\r\n"].concat());
        }
        body.extend(format!("--{EDGE}--\r\n").bytes());
        let kind = format!("multipart/form-data; boundary={EDGE}");
        self.send_bytes(Method::POST, path, &[("origin", "http://everbetter.test"), ("content-type", kind.as_str())], &body).await
    }
}

/// What a camera writes beside a picture, and nobody else should read.
pub const PLACE: &str = "47.3769 N 8.5417 E";

/// A picture of that size in that form, red at its top and blue below.
pub fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let red_above_blue = |_, y| if y < height / 2 { image::Rgb([220, 30, 30]) } else { image::Rgb([30, 30, 220]) };
    let mut out = Cursor::new(Vec::new());
    let picture = DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, red_above_blue));
    picture.write_to(&mut out, format).expect("a picture");
    out.into_inner()
}

/// A photo as a phone that was held upright makes it: the picture lies on its side, and the rest says how to turn it and where it was taken.
pub fn from_a_phone(width: u32, height: u32) -> Vec<u8> {
    let plain = picture(width, height, ImageFormat::Jpeg);
    let mut told = b"Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
    told.extend(b"\x0e\x01\x02\0");
    told.extend(u32::try_from(PLACE.len() + 1).expect("a length").to_le_bytes());
    told.extend(38_u32.to_le_bytes());
    told.extend(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0");
    told.extend([0; 4]);
    told.extend(PLACE.bytes());
    told.push(0);
    let mut photo = plain[..2].to_vec();
    photo.extend(b"\xff\xe1");
    photo.extend(u16::try_from(told.len() + 2).expect("a length").to_be_bytes());
    photo.extend(told);
    photo.extend(&plain[2..]);
    photo
}

/// Size of a picture, and whether it is blue at the upper left.
pub fn seen(content: &[u8]) -> (u32, u32, bool) {
    let picture = image::load_from_memory(content).expect("a picture").to_rgb8();
    let left = picture.get_pixel(picture.width() / 8, picture.height() / 4).0;
    (picture.width(), picture.height(), left[2] > left[0])
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(kind);
    crc.update(data);
    let mut chunk = u32::try_from(data.len()).expect("a length").to_be_bytes().to_vec();
    chunk.extend(kind);
    chunk.extend(data);
    chunk.extend(crc.sum().to_be_bytes());
    chunk
}

/// A picture of some KB that says of itself that it has that many dots each way, of that many bits and that kind of colours: 0 is grey,
/// 6 colours that one can see through.
pub fn bomb(side: u32, bits: u8, colours: u8) -> Vec<u8> {
    let mut head = [side.to_be_bytes(), side.to_be_bytes()].concat();
    head.extend([bits, colours, 0, 0, 0]);
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&vec![0; 4_000_000]).expect("zeroes");
    let packed = packed.finish().expect("a packed picture");
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &head), chunk(b"IDAT", &packed), chunk(b"IEND", &[])].concat()
}

/// A document for reading.
pub fn pdf() -> Vec<u8> {
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
        .to_vec()
}
