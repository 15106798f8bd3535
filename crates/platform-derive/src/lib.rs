//! Writes for a struct how it is read from a row of the database: `#[derive(FromQueryResult)]`, which `platform::db` hands on.

use proc_macro::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Field, Fields, ext::IdentExt, parse_macro_input, spanned::Spanned};

/// Reads each field from the column of its name.
///
/// `#[row(nested)]` marks a field that is such a struct itself and is read from the same row; `#[row(skip)]` one that no column
/// fills, which gets its default.
#[proc_macro_derive(FromQueryResult, attributes(row))]
pub fn from_query_result(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}

enum Source {
    Column,
    Nested,
    Nothing,
}

fn source(field: &Field) -> syn::Result<Source> {
    let mut source = Source::Column;
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("row")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("nested") {
                source = Source::Nested;
            } else if meta.path.is_ident("skip") {
                source = Source::Nothing;
            } else {
                return Err(meta.error("a field of a row is `nested` or `skip`"));
            }
            Ok(())
        })?;
    }
    Ok(source)
}

fn expand(input: &DeriveInput) -> syn::Result<proc_macro2::TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(syn::Error::new(input.span(), "only a struct is read from a row"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(syn::Error::new(input.span(), "a struct that is read from a row has names for its fields"));
    };
    let name = &input.ident;
    let (mut columns, mut reads) = (Vec::new(), Vec::new());
    for field in &fields.named {
        let (ident, kind) = (&field.ident, &field.ty);
        let column = ident.as_ref().map(|ident| ident.unraw().to_string());
        match source(field)? {
            Source::Column => {
                columns.push(quote! { columns.push(#column); });
                reads.push(quote! { #ident: row.next()? });
            }
            Source::Nested => {
                columns.push(quote! { <#kind as ::platform::db::FromQueryResult>::columns(columns); });
                reads.push(quote! { #ident: <#kind as ::platform::db::FromQueryResult>::read(row)? });
            }
            Source::Nothing => reads.push(quote! { #ident: ::core::default::Default::default() }),
        }
    }
    Ok(quote! {
        impl ::platform::db::FromQueryResult for #name {
            fn columns(columns: &mut ::std::vec::Vec<&'static str>) {
                #(#columns)*
            }

            fn read(row: &mut ::platform::db::Row<'_>) -> ::core::result::Result<Self, ::platform::db::DbErr> {
                ::core::result::Result::Ok(Self { #(#reads),* })
            }
        }
    })
}
