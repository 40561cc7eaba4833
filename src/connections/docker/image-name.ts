/** The name of an image, taken apart: `registry.example:5000/team/app:1` or `app@sha256:…`. */
export interface ImageName {
  readonly repository: string;
  /** A tag or a digest; without one `latest`. */
  readonly tag: string;
  /** Where it comes from; `undefined` for Docker's own registry. */
  readonly registry: string | undefined;
}

export function parseImage(image: string): ImageName {
  const at = image.indexOf("@");
  const colon = image.indexOf(":", image.lastIndexOf("/") + 1);
  const cut = at >= 0 ? at : colon >= 0 ? colon : image.length;
  const repository = image.slice(0, cut);
  const [first] = repository.split("/");
  const isRegistry = repository.includes("/") && (/[.:]/.test(first!) || first === "localhost");
  return {
    repository,
    tag: image.slice(cut + 1) || "latest",
    registry: isRegistry ? first : undefined,
  };
}
