/** Now, once a second: for ages on the screen. One for all who ask. */
class Clock {
  now = $state(Date.now());

  constructor() {
    setInterval(() => {
      this.now = Date.now();
    }, 1_000);
  }
}

export const clock = new Clock();
