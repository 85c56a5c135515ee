// Compares the URL of a query with the URL in the stored policy, because a credential may go to no other address.

function normalized(url: string): string {
  return (URL.canParse(url) ? new URL(url).href : url).replace(/\/+$/, '');
}

/** Whether two URLs are the same, apart from trailing slashes and the spelling of scheme, host and default port. */
export function isSameUrl(left: string, right: string): boolean {
  return normalized(left) === normalized(right);
}
