// Simulated sensors: the same values at every start, over a real MQTT connection.

/** The names, and the temperature each sensor swings around: °C. */
const SENSORS = [
  ['kitchen', 21],
  ['cellar', 12],
  ['garden', 16],
  ['greenhouse', 27],
  ['attic', 24],
];

/** Every sensor publishes this often: ms. */
const INTERVAL = 500;

/** How long one swing takes: ms. */
const SWING = 60_000;

/** How far a sensor swings, and how far its noise reaches: °C. */
const SWING_HEIGHT = 2;
const NOISE = 0.5;

/** A number in [0, 1) that depends on the seed alone (the 32-bit finaliser of MurmurHash3 over it). */
function random(seed) {
  let bits = seed >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
}

/** The n-th temperature of a sensor: °C, two decimals. */
export function temperature(sensor, number) {
  const [, middle] = SENSORS[sensor];
  const swing = SWING_HEIGHT * Math.sin((2 * Math.PI * number * INTERVAL) / SWING + sensor);
  const noise = NOISE * (2 * random(number * SENSORS.length + sensor + 1) - 1);
  return Math.round((middle + swing + noise) * 100) / 100;
}

/** Lets the sensors publish. Returns a function that stops them. */
export function startSensors(client) {
  let number = 0;
  const timer = setInterval(() => {
    SENSORS.forEach(([name], sensor) => {
      client.publish(`sensors/${name}/temperature`, JSON.stringify({ value: temperature(sensor, number) }), { qos: 1 });
    });
    number++;
  }, INTERVAL);
  return () => {
    clearInterval(timer);
  };
}
