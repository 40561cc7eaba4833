const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** The nearest number of 16 bits, as its bits; of two equally near the even one. */
export function float16Bits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  single[0] = value;
  const sign = (bits[0]! >>> 16) & 0x8000;
  const size = Math.abs(value);
  if (size >= 65_520) return sign | 0x7c00;
  const exponent = Math.max(-14, ((bits[0]! >>> 23) & 0xff) - 127);
  const mantissa = roundToEven(size / 2 ** (exponent - 10));
  if (mantissa < 1_024) return sign | mantissa;
  // A mantissa that was rounded up to 2,048 carries into the exponent by itself.
  return sign | (((exponent + 15) << 10) + (mantissa - 1_024));
}

export function float16Value(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  return sign * (1 + mantissa / 1_024) * 2 ** (exponent - 15);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
