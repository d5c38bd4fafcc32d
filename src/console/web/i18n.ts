import { reasonOf } from '../../alerting/words.js';

export type Language = 'en' | 'vi';

const TEXTS = {
  title: ['Operations', 'Vận hành'],
  inside: ['Inside the queues', 'Bên trong hàng đợi'],
  loading: ['Asking the API…', 'Đang hỏi API…'],
  clockSet: ['The clock is set for a test:', 'Đồng hồ được đặt để thử nghiệm:'],
  clockDoubt: [
    'The clock is in doubt: no new data is accepted and no messages are sent until that is settled. Correct the clock, or confirm that it is right.',
    'Đồng hồ có thể sai: không nhận dữ liệu mới và không gửi tin nào cho đến khi được giải quyết. Hãy chỉnh lại đồng hồ, hoặc xác nhận là đúng.',
  ],
  behind: ['It is behind the log.', 'Đồng hồ chậm hơn nhật ký.'],
  ahead: ['It is far ahead of the log.', 'Đồng hồ nhanh hơn nhật ký nhiều ngày.'],
  clockRight: ['The clock is right', 'Đồng hồ đúng'],
  heldByClock: ['Nothing is sent: the clock is in doubt', 'Không gửi tin: đồng hồ có thể sai'],
  heldResults: ['Results that wait for review', 'Kết quả đang chờ người kiểm tra'],
  heldResultsMean: [
    'Each has a date that is impossible under the rules. They do not count until somebody has checked them.',
    'Mỗi kết quả có một ngày không thể đúng theo quy định. Chúng chưa được tính cho đến khi có người kiểm tra.',
  ],
  taken: ['taken', 'lấy mẫu'],
  release: ['It is right', 'Kết quả đúng'],
  refuseResult: ['It is wrong', 'Kết quả sai'],
  'release-result': ['Result is right', 'Kết quả đúng'],
  'refuse-result': ['Result is wrong', 'Kết quả sai'],
  'confirm-clock': ['The clock is right', 'Đồng hồ đúng'],
  graphAway: ['Figures of cases and alerts are missing here.', 'Thiếu số liệu về ca và cảnh báo.'],
  'accept-set-aside': ['Leave it out', 'Chấp nhận bỏ qua'],
  staysOut: ['accepted as left out', 'được bỏ qua'],
  leftOutBy: ['Left out by', 'Bị bỏ qua bởi'],
  theGraph: ['the graph', 'đồ thị'],
  setAside: ['Events that could not be processed', 'Sự kiện không đưa được vào đồ thị'],
  setAsideMeans: [
    'Answers may lack what they say. When the cause is fixed: npx truyvet projections retry',
    'Câu trả lời có thể thiếu nội dung của chúng. Khi đã sửa nguyên nhân: npx truyvet projections retry',
  ],
  position: ['Position', 'Vị trí'],
  event: ['Event', 'Sự kiện'],
  why: ['Why', 'Vì sao'],
  updated: ['As of', 'Lúc'],
  unknown: ['The current state is unknown', 'Chưa biết tình hình hiện tại'],
  visitThem: [
    'Without a phone, a message cannot be sent again: somebody has to visit the person. Once a phone is registered, the message is sent automatically.',
    'Không có số điện thoại thì không thể gửi lại: cần có người đến gặp. Khi có số được đăng ký, tin sẽ tự được gửi.',
  ],
  callThem: [
    'To a number that cannot receive SMS, a message cannot be sent again: somebody has to call or visit.',
    'Số không nhận được SMS thì không thể gửi lại: cần gọi điện hoặc đến gặp.',
  ],
  toldTomorrow: [
    'Too many messages today: whatever still applies is sent automatically the next morning; until then somebody can visit.',
    'Đã đủ số tin trong ngày: tin còn đúng sẽ tự được gửi vào sáng hôm sau; trước đó có thể đến gặp.',
  ],
  silent: ['The API does not answer. These figures may be old.', 'API không trả lời. Các số liệu này có thể đã cũ.'],
  never: ['The API does not answer.', 'API không trả lời.'],
  again: ['The page tries again every few seconds.', 'Trang tự hỏi lại sau vài giây.'],
  sending: ['Messages are being sent', 'Đang gửi tin nhắn'],
  nobody: [
    'No provider: messages are written to a file, nobody gets them',
    'Chưa có nhà cung cấp: tin nhắn chỉ ghi vào tệp, không ai nhận được',
  ],
  untriedYet: ['No message has been sent yet through', 'Chưa có tin nhắn nào gửi qua'],
  noneTakes: [
    'No provider accepts messages now: each is paused or keeps failing',
    'Hiện không nhà cung cấp nào nhận tin nhắn: đều tạm dừng hoặc liên tục lỗi',
  ],
  onlyInFile: ['were only written to a file: nobody got them', 'chỉ ghi vào tệp: không ai nhận được'],
  allPaused: ['All messages are paused', 'Mọi tin nhắn đang tạm dừng'],
  noWorker: ['No worker is running: nothing is sent', 'Không có tiến trình gửi: không tin nào được gửi'],
  pauseAll: ['Pause all', 'Tạm dừng tất cả'],
  resumeAll: ['Resume all', 'Tiếp tục tất cả'],
  pause: ['Pause', 'Tạm dừng'],
  resume: ['Resume', 'Tiếp tục'],
  replay: ['Send again', 'Gửi lại'],
  approve: ['Approve', 'Duyệt'],
  refuse: ['Refuse', 'Từ chối'],
  cancel: ['Cancel', 'Hủy'],
  by: ['Your name', 'Tên của bạn'],
  reason: ['Reason', 'Lý do'],
  optional: ['(optional)', '(không bắt buộc)'],
  forever: ['Kept in the log for ever.', 'Được lưu vĩnh viễn trong nhật ký.'],
  queues: ['Queues', 'Hàng đợi'],
  queue: ['Queue', 'Hàng đợi'],
  waiting: ['Waiting', 'Đang chờ'],
  underWay: ['Under way', 'Đang xử lý'],
  oldest: ['Oldest', 'Lâu nhất'],
  providers: ['Providers', 'Nhà cung cấp'],
  provider: ['Provider', 'Nhà cung cấp'],
  state: ['State', 'Trạng thái'],
  sent: ['Sent', 'Đã gửi'],
  takenBack: ['Taken back', 'Đã thu hồi'],
  failed: ['Failed', 'Thất bại'],
  untried: ['nothing sent through it yet', 'chưa gửi tin nào'],
  fine: ['fine', 'tốt'],
  paused: ['paused', 'tạm dừng'],
  failing: ['keeps failing: will be retried soon', 'liên tục lỗi: sẽ thử lại sau'],
  removed: ['no longer configured', 'không còn cấu hình'],
  standFailed: ['Alerts that failed for good', 'Cảnh báo không gửi được'],
  noneFailed: ['None.', 'Không có.'],
  includeUncertain: [
    'Also those whose message may already have been sent: some people may get it twice',
    'Cả những tin không rõ đã gửi hay chưa: có người có thể nhận hai lần',
  ],
  onlyUncertain: [
    'These messages may already have been sent: some people may get one twice',
    'Không rõ những tin này đã gửi hay chưa: có người có thể nhận hai lần',
  ],
  ofCase: ['Only for this case', 'Chỉ của ca này'],
  ofProvider: ['Only through this provider', 'Chỉ qua nhà cung cấp này'],
  replayed: ['sent again', 'được gửi lại'],
  left: ['left as they are', 'giữ nguyên'],
  brake: ['Cases that wait for approval', 'Ca đang chờ người duyệt'],
  noneHeld: ['No cases wait.', 'Không có ca nào chờ.'],
  contacts: ['contacts', 'người tiếp xúc'],
  held: ['waits since', 'chờ từ'],
  wasRefused: ['refused; since', 'đã từ chối; từ'],
  ruleCase: ['contacts of the case', 'người tiếp xúc của ca'],
  rulePlace: ['met the case at', 'gặp tại'],
  ruleDay: ['messages within 24 hours', 'tin nhắn trong 24 giờ'],
  ruleFlips: ['times retracted today', 'lần rút lại trong ngày'],
  likely: ['usually at most', 'thường tối đa'],
  commands: ['Last commands', 'Lệnh gần đây'],
  noCommands: ['None yet.', 'Chưa có.'],
  when: ['When', 'Khi nào'],
  command: ['Command', 'Lệnh'],
  who: ['Who', 'Ai'],
  all: ['all', 'tất cả'],
  case: ['case', 'ca'],
  alerts: ['alerts', 'cảnh báo'],
  done: ['Done.', 'Đã xong.'],
  unchanged: ['Nothing changed: it was already so.', 'Trước đó đã như vậy: không có gì thay đổi.'],
  notDone: ['Not done:', 'Chưa thực hiện:'],
} as const satisfies Record<string, readonly [string, string]>;

export type Key = keyof typeof TEXTS;
export type Say = (key: Key) => string;

export function speaking(language: Language): Say {
  return (key) => wordsIn(language, TEXTS[key]);
}

const wordsIn = (language: Language, [english, vietnamese]: readonly [string, string]) =>
  language === 'en' ? english : vietnamese;

/** A reason or state that this page may not know by name. */
export function named(say: Say, language: Language, name: string): string {
  const reason = reasonOf(name)?.console;
  if (reason) return wordsIn(language, reason);
  return name in TEXTS ? say(name as Key) : name;
}
