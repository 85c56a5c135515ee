// The notation of quantities such as "100m", "1.5" and "128Mi".

/**
 * A quantity of k8s.io/apimachinery `pkg/api/resource/quantity.go`. Stricter than upstream: no sign, digits on both
 * sides of the decimal point, no sign in an exponent, and no suffix below one thousandth (`u` and `n`). The pattern has
 * the same meaning in JavaScript and RE2. Does not check the range.
 */
export const quantityPattern = /^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei|[eE][0-9]+)?$/;

const sign = '(\\+|-)?';
const digits = '(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))';

/** Every quantity of k8s.io/apimachinery: the pattern that controller-gen writes. Does not check the range. */
export const signedQuantityPattern = new RegExp(`^${sign}${digits}(([KMGTPE]i)|[numkMGTPE]|([eE]${sign}${digits}))?$`);
