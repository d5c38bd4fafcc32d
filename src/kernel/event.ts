export interface Event<Type extends string, Data> {
  readonly type: Type;
  readonly data: Data;
}
