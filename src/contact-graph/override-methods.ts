/** A proxy of an object with some of its methods replaced; all methods are bound to the original object. */
export function overrideMethods<T extends object>(of: T, otherwise: Partial<T>): T {
  return new Proxy(of, {
    get: (target, name) => {
      const value: unknown = Reflect.get(Object.hasOwn(otherwise, name) ? otherwise : target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
